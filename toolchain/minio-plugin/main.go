// Command pulumi-resource-minio is the provider plugin of the npm package
// @pulumi/minio, built from Go modules alone for machines that cannot reach the
// vendor's download site. It bridges terraform-provider-minio v2.5.1; the
// official plugin bridges v1.20.1, which the Go module proxy does not serve.
package main

import (
	"fmt"

	"github.com/aminueza/terraform-provider-minio/v2/minio"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

const (
	pkg = "minio"

	// version is the one of @pulumi/minio: the engine looks for a plugin of
	// exactly the version that the npm package names.
	version = "0.17.1"
)

// schema is all that GetSchema answers. Neither the engine nor the Node SDK
// reads a schema when it runs a program; `pulumi import` and the generation of
// SDKs do. The bridge's generator would add some 500 packages to the build.
var schema = fmt.Sprintf(`{"name":%q,"version":%q}`, pkg, version)

func main() {
	info := tfbridge.ProviderInfo{
		P:       shimv2.NewProvider(minio.Provider()),
		Name:    pkg,
		Version: version,
	}
	info.MustComputeTokens(tokens.SingleModule("minio_", "index", tokens.MakeStandard(pkg)))
	// As in the official plugin: a resource without a name gets one of its own,
	// so that a replacement can be created before the old one is deleted.
	info.SetAutonaming(255, "-")

	tfbridge.Main(pkg, version, info, []byte(schema))
}
