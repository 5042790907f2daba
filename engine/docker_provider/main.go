// Command pulumi-resource-docker serves the Terraform provider for Docker to the Pulumi engine under the type tokens
// of the pulumi-docker Python SDK. It is built only where Pulumi is not installed and a stack keeps its registry in a
// container.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// version is that of the pulumi-docker SDK in requirements.txt: the SDK asks for exactly this plugin.
const version = "5.2.0"

// schema is what GetSchema answers. Python programs bring their own types, so it stays empty.
const schema = `{"name": "docker", "version": "` + version + `"}`

func main() {
	tfbridge.Main("docker", version, bridge(), []byte(schema))
}

// bridge describes it. What is set here beyond the computed tokens is set in the official provider too: it decides
// about names and replacements, so a stack may move from one to the other. The SDK's own Image resource is not here.
func bridge() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:         sdkv2.NewProvider(provider.New(version)()),
		Name:      "docker",
		GitHubOrg: "kreuzwerker",
		Version:   version,
		Config: map[string]*tfbridge.SchemaInfo{
			"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()},
		},
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_image":  {Tok: "docker:index/remoteImage:RemoteImage", Fields: map[string]*tfbridge.SchemaInfo{"name": {Name: "name"}}},
			"docker_config": {Tok: "docker:index/serviceConfig:ServiceConfig"},
			"docker_container": {DeleteBeforeReplace: true, Fields: map[string]*tfbridge.SchemaInfo{
				"command":           {Name: "command"},
				"networks_advanced": {Name: "networksAdvanced"},
			}},
		},

		EnableZeroDefaultSchemaVersion: true,
		EnableAccurateBridgePreview:    true,
		EnableRawStateDelta:            true,
	}
	info.MustComputeTokens(tokens.SingleModule("docker_", "index", tokens.MakeStandard("docker")))
	return info
}
