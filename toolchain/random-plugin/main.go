// Command pulumi-resource-random is the provider plugin of the npm package
// @pulumi/random, built from Go modules alone for machines that cannot reach the
// vendor's download site. It bridges the same terraform-provider-random as the
// official plugin.
package main

import (
	"context"
	"fmt"

	pfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/terraform-providers/terraform-provider-random/internal/provider"
)

const (
	pkg = "random"

	// version is the one of @pulumi/random: the engine looks for a plugin of
	// exactly the version that the npm package names.
	version = "4.21.2"
)

// schema is all that GetSchema answers. Neither the engine nor the Node SDK
// reads a schema when it runs a program; `pulumi import` and the generation of
// SDKs do. The bridge's generator would add some 500 packages to the build.
var schema = fmt.Sprintf(`{"name":%q,"version":%q}`, pkg, version)

// token makes random:index/randomPassword:RandomPassword of "Password". The
// official package repeats its name in every type.
func token(module, name string) (string, error) {
	return tokens.MakeStandard(pkg)(module, "Random"+name)
}

func main() {
	info := tfbridge.ProviderInfo{
		P:       pfbridge.ShimProvider(provider.New()),
		Name:    pkg,
		Version: version,
		// The pf bridge refuses to start without metadata. It records how a
		// package changed from release to release, of which this has none.
		MetadataInfo: tfbridge.NewProviderMetadata(nil),
		Resources: map[string]*tfbridge.ResourceInfo{
			// Alone among its resources, random_bytes has no "id" that
			// could serve as the Pulumi id.
			"random_bytes": {ComputeID: tfbridge.DelegateIDField("base64", pkg, "toolchain/random-plugin")},
		},
	}
	info.MustComputeTokens(tokens.SingleModule("random_", "index", token))

	pfbridge.Main(context.Background(), pkg, info, pfbridge.ProviderMetadata{PackageSchema: []byte(schema)})
}
