// Starts etcd and kube-apiserver in one process. Flags before `--` are for this program, those after it go to kube-apiserver.
//
// The first line on standard output is etcd's client URL: tests compact through it.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"time"
	_ "time/tzdata" // CronJobs with a time zone are validated

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	dataDir := flag.String("data-dir", "", "etcd's data directory")
	flag.Parse()
	if *dataDir == "" {
		fmt.Fprintln(os.Stderr, "control-plane: --data-dir is missing")
		os.Exit(2)
	}
	etcd, err := startEtcd(*dataDir)
	if err != nil {
		fmt.Fprintln(os.Stderr, "control-plane: etcd:", err)
		os.Exit(1)
	}
	etcdURL := "http://" + etcd.Clients[0].Addr().String()
	fmt.Println(etcdURL)

	command := app.NewAPIServerCommand()
	command.SetArgs(append([]string{"--etcd-servers=" + etcdURL}, flag.Args()...))
	code := cli.Run(command)
	etcd.Close()
	os.Exit(code)
}

// startEtcd serves one member on free ports of the loopback interface and returns when it takes requests.
func startEtcd(dataDir string) (*embed.Etcd, error) {
	anyPort := []url.URL{{Scheme: "http", Host: "127.0.0.1:0"}}
	client, err := freeHost()
	if err != nil {
		return nil, err
	}
	// The JSON gateway dials the address as it stands here, so port 0 would not do.
	clientURLs := []url.URL{{Scheme: "http", Host: client}}
	config := embed.NewConfig()
	config.Dir = dataDir
	config.ListenClientUrls, config.AdvertiseClientUrls = clientURLs, clientURLs
	config.ListenPeerUrls, config.AdvertisePeerUrls = anyPort, anyPort
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.LogLevel = "error"
	// A test's data outlives a killed process, not a power failure.
	config.UnsafeNoFsync = true
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return etcd, nil
	case err := <-etcd.Err():
		return nil, err
	case <-time.After(30 * time.Second):
		etcd.Close()
		return nil, fmt.Errorf("not ready after 30 s")
	}
}

// freeHost is an address of the loopback interface that nobody listened on a moment ago.
func freeHost() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}
