// Package remotetest holds what tests of outgoing connections need: names that resolve as the test says, an authority that
// signs certificates, and a sink that notes who came by.
package remotetest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// Answers for names that do not simply have addresses.
const (
	ServerFailure = "SERVFAIL"
	NoAnswer      = "SILENT"
)

// Resolver answers for the names in the table and for no others; nothing leaves the process. A name leads to addresses, or
// to one of the answers above. answer may be asked from several goroutines at once.
func Resolver(answer func(name string) []string) *net.Resolver {
	return &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go serve(server, answer)
		return client, nil
	}}
}

// Names is a table for Resolver.
func Names(table map[string][]string) func(string) []string {
	return func(name string) []string { return table[strings.ToLower(name)] }
}

// serve speaks DNS as over TCP until the client hangs up.
func serve(conn net.Conn, answer func(string) []string) {
	defer conn.Close()
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, query); err != nil {
			return
		}
		var message dnsmessage.Message
		if message.Unpack(query) != nil || len(message.Questions) != 1 {
			return
		}
		addresses := answer(strings.TrimSuffix(message.Questions[0].Name.String(), "."))
		if len(addresses) == 1 && addresses[0] == NoAnswer {
			continue // and wait for the client to lose patience
		}
		reply, err := respond(message, addresses)
		if err != nil {
			return
		}
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...)); err != nil {
			return
		}
	}
}

func respond(m dnsmessage.Message, addresses []string) ([]byte, error) {
	asked := m.Questions[0]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	head := dnsmessage.ResourceHeader{Name: asked.Name, Class: dnsmessage.ClassINET, TTL: 0}
	if len(addresses) == 0 {
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, text := range addresses {
		addr, err := netip.ParseAddr(text)
		switch {
		case err != nil:
			m.RCode = dnsmessage.RCodeServerFailure
		case asked.Type == dnsmessage.TypeA && addr.Is4():
			head.Type = dnsmessage.TypeA
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: addr.As4()}})
		case asked.Type == dnsmessage.TypeAAAA && addr.Is6():
			head.Type = dnsmessage.TypeAAAA
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}})
		}
	}
	return m.Pack()
}
