// The parts of Argo CD that an Application needs, in one program that takes its part from its name or from
// ARGOCD_BINARY_NAME, as Argo CD's own does. Beside them are what they call: kustomize, and a Redis for their cache.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/alicebob/miniredis/v2"
	controller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	sets "github.com/argoproj/argo-cd/v3/cmd/argocd-applicationset-controller/commands"
	repositories "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
	"github.com/spf13/cobra"
	kustomize "sigs.k8s.io/kustomize/kustomize/v5/commands"
)

func main() {
	part := filepath.Base(os.Args[0])
	if name := os.Getenv("ARGOCD_BINARY_NAME"); name != "" && part != "kustomize" {
		part = name
	}
	if err := command(part).Execute(); err != nil {
		os.Exit(1)
	}
}

func command(part string) *cobra.Command {
	switch part {
	case "argocd-application-controller":
		return controller.NewCommand()
	case "argocd-applicationset-controller":
		return sets.NewCommand()
	case "argocd-repo-server":
		return repositories.NewCommand()
	case "argocd-redis":
		return redis()
	case "kustomize":
		return kustomize.NewDefaultCommand()
	}
	fmt.Fprintf(os.Stderr, "expected the name of a part of Argo CD in ARGOCD_BINARY_NAME, found %q\n", part)
	os.Exit(2)
	return nil
}

// redis serves on the address that is its only argument. Keys expire only as time is told to pass.
func redis() *cobra.Command {
	return &cobra.Command{
		Use:  "argocd-redis ADDRESS",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, arguments []string) error {
			server := miniredis.NewMiniRedis()
			if err := server.StartAddr(arguments[0]); err != nil {
				return err
			}
			for range time.Tick(time.Second) {
				server.FastForward(time.Second)
			}
			return nil
		},
	}
}
