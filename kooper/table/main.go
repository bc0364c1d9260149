// Writes the table by which Kooper reads Kubernetes' protobuf: for each message its fields by number, with the name and
// the shape that they have in JSON. Everything is read from the struct tags of Go's own types, by reflection.
//
//	go run . > ../src/wire/protobuf/table.txt
package main

import (
	"bufio"
	"cmp"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	extensionsinstall "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	aggregator "k8s.io/kube-aggregator/pkg/apis/apiregistration/install"
)

func main() {
	types := scheme.Scheme
	extensionsinstall.Install(types)
	aggregator.Install(types)

	table := newTable()
	for kind, goType := range types.AllKnownTypes() {
		if listed(kind) && marshals(goType) {
			table.kind(kind, goType)
		}
	}
	meta := schema.GroupVersion{Group: "meta.k8s.io", Version: "v1"}
	for _, object := range []runtime.Object{&metav1.PartialObjectMetadata{}} {
		goType := reflect.TypeOf(object).Elem()
		table.kind(meta.WithKind(goType.Name()), goType)
	}

	out := bufio.NewWriter(os.Stdout)
	table.write(out)
	if err := out.Flush(); err != nil {
		fail("%v", err)
	}
}

// listed tells whether objects of a kind are decoded by the table. Lists are parted without it: in each of them field 1
// is the metadata and field 2 the items.
func listed(kind schema.GroupVersionKind) bool {
	return kind.Version != runtime.APIVersionInternal &&
		kind.Kind != "WatchEvent" &&
		!strings.HasSuffix(kind.Kind, "Options") &&
		(!strings.HasSuffix(kind.Kind, "List") || strings.HasPrefix(kind.Kind, "API"))
}

// table collects messages, each under the last two parts of its package and its name, such as core.v1.Pod.
type table struct {
	messages map[string][]field
	types    map[string]reflect.Type
	kinds    map[string][]string
}

func newTable() *table {
	return &table{map[string][]field{}, map[string]reflect.Type{}, map[string][]string{}}
}

func (t *table) kind(kind schema.GroupVersionKind, goType reflect.Type) {
	name := t.message(goType)
	t.kinds[name] = append(t.kinds[name], kind.GroupVersion().String()+"/"+kind.Kind)
}

// message adds a struct and all that it holds, once.
func (t *table) message(goType reflect.Type) string {
	name := messageName(goType)
	if known, ok := t.types[name]; ok {
		if known != goType {
			fail("%v and %v would have the same name", known, goType)
		}
		return name
	}
	t.types[name] = goType
	t.messages[name] = t.fields(goType)
	return name
}

func messageName(goType reflect.Type) string {
	path := strings.Split(goType.PkgPath(), "/")
	return strings.Join(append(path[max(0, len(path)-2):], goType.Name()), ".")
}

// write gives a line to each package, to each message of it with the kinds that it is, and to each field of the message.
// A message of another package is named with its package.
func (t *table) write(out *bufio.Writer) {
	fmt.Fprintln(out, "# How Kubernetes' protobuf maps to its JSON. Made by kooper/table: see there. Do not edit.")
	for _, version := range moduleVersions() {
		fmt.Fprintln(out, "#", version)
	}
	last := ""
	for _, name := range slices.Sorted(maps.Keys(t.messages)) {
		home, short := split(name)
		if home != last {
			fmt.Fprintln(out, "package", home)
			last = home
		}
		slices.Sort(t.kinds[name])
		fmt.Fprintln(out, strings.Join(append([]string{short}, t.kinds[name]...), " "))
		fields := t.messages[name]
		slices.SortFunc(fields, func(a, b field) int { return cmp.Compare(a.number, b.number) })
		for _, field := range fields {
			if there, short := split(field.message); there == home {
				field.message = short
			}
			fmt.Fprintln(out, field)
		}
	}
}

// split parts a message's name into its package and the rest.
func split(name string) (home, short string) {
	at := strings.LastIndex(name, ".")
	return name[:max(at, 0)], name[at+1:]
}

func fail(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "table: "+format+"\n", arguments...)
	os.Exit(1)
}
