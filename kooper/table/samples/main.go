// Writes objects as Go does, in protobuf and in JSON, for the test that both are read alike. A line is one object: its
// kind's apiVersion and name, its protobuf in base64, and its JSON.
//
//	go run ./samples > ../../tests/tests/protobuf/samples.txt    # few: an object of each kind with about a third of its fields
//	go run ./samples all                                        # many: see below; 25 MB
//
// All are, each part below a line `# PART`: Go's own test data of k8s.io/api and k8s.io/apiextensions-apiserver, of each minor
// that they have (`# v1.33.0` to `# HEAD`); of each kind an object with nothing in it, and one in which every pointer leads to
// a zero value and every list and map has one zero element (`# zero`); and twenty filled at random (`# random`).
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	extensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	jsonserializer "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/kubernetes/scheme"
	aggregator "k8s.io/kube-aggregator/pkg/apis/apiregistration/install"
)

func main() {
	types := scheme.Scheme
	extensions.Install(types)
	aggregator.Install(types)
	w := writer{
		types:    types,
		out:      bufio.NewWriter(os.Stdout),
		protobuf: protobuf.NewSerializer(types, types),
		json:     jsonserializer.NewSerializerWithOptions(jsonserializer.DefaultMetaFactory, types, types, jsonserializer.SerializerOptions{}),
	}
	stored := kinds(types)
	if len(os.Args) > 1 && os.Args[1] == "all" {
		w.all(stored)
	} else {
		for _, kind := range stored {
			w.made(kind, &filler{Rand: source(kind), often: 1, of: 3, scalars: true})
		}
	}
	check(w.out.Flush())
}

func (w *writer) all(stored []schema.GroupVersionKind) {
	w.golden(stored)
	w.part("zero")
	for _, kind := range stored {
		w.made(kind, &filler{Rand: source(kind), often: 0, of: 1})
		w.made(kind, &filler{Rand: source(kind), often: 1, of: 1})
	}
	w.part("random")
	for _, kind := range stored {
		random := source(kind)
		for range 20 {
			w.made(kind, &filler{Rand: random, often: 3, of: 4, scalars: true})
		}
	}
}

// unstored are what k8s-openapi has beside kinds whose objects can be stored.
var unstored = []string{"APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "Status"}

// kinds are those whose objects can be stored, of every version, and the unstored ones, in a fixed order.
func kinds(types *runtime.Scheme) []schema.GroupVersionKind {
	var kinds []schema.GroupVersionKind
	for kind, goType := range types.AllKnownTypes() {
		_, stored := goType.FieldByName("ObjectMeta")
		wanted := stored || kind.Group == "" && slices.Contains(unstored, kind.Kind)
		if kind.Version != runtime.APIVersionInternal && wanted {
			kinds = append(kinds, kind)
		}
	}
	slices.SortFunc(kinds, func(a, b schema.GroupVersionKind) int { return cmp.Compare(a.String(), b.String()) })
	return kinds
}

// source gives the same kind the same objects, whatever other kinds there are.
func source(kind schema.GroupVersionKind) *rand.Rand {
	var sum int64
	for _, char := range kind.String() {
		sum = sum*31 + int64(char)
	}
	return rand.New(rand.NewSource(sum))
}

type writer struct {
	types          *runtime.Scheme
	out            *bufio.Writer
	protobuf, json runtime.Serializer
}

// made writes an object that a filler has filled.
func (w *writer) made(kind schema.GroupVersionKind, filler *filler) {
	object, err := w.types.New(kind)
	check(err)
	filler.fill(reflect.ValueOf(object).Elem(), 0)
	object.GetObjectKind().SetGroupVersionKind(kind)
	var binary, text bytes.Buffer
	check(w.protobuf.Encode(object, &binary))
	check(w.json.Encode(object, &text))
	w.line(kind.GroupVersion().String(), kind.Kind, binary.Bytes(), text.Bytes())
}

// testData is where modules have objects that Go's own tests read, a folder for each minor.
var testData = map[string]string{
	"k8s.io/api":                     "testdata",
	"k8s.io/apiextensions-apiserver": "pkg/apis/testdata",
}

// golden writes Go's own test data of some kinds, minor by minor.
func (w *writer) golden(stored []schema.GroupVersionKind) {
	parts := map[string][]string{}
	for module, folder := range testData {
		out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
		check(err)
		files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), folder, "*", "*.pb"))
		check(err)
		for _, file := range files {
			part := filepath.Base(filepath.Dir(file))
			parts[part] = append(parts[part], file)
		}
	}
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		w.part(part)
		slices.Sort(parts[part])
		for _, file := range parts[part] {
			w.goldenObject(file, stored)
		}
	}
}

func (w *writer) goldenObject(file string, stored []schema.GroupVersionKind) {
	binary, err := os.ReadFile(file)
	check(err)
	text, err := os.ReadFile(strings.TrimSuffix(file, ".pb") + ".json")
	if os.IsNotExist(err) {
		// ListOptions, which is no object.
		return
	}
	check(err)
	var types struct{ APIVersion, Kind string }
	check(json.Unmarshal(text, &types))
	if slices.Contains(stored, schema.FromAPIVersionAndKind(types.APIVersion, types.Kind)) {
		w.line(types.APIVersion, types.Kind, binary, text)
	}
}

func (w *writer) part(name string) { fmt.Fprintln(w.out, "#", name) }

func (w *writer) line(apiVersion, kind string, binary, text []byte) {
	var compact bytes.Buffer
	check(json.Compact(&compact, text))
	fmt.Fprintln(w.out, apiVersion, kind, base64.StdEncoding.EncodeToString(binary), compact.String())
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "samples:", err)
		os.Exit(1)
	}
}
