// Writes objects as Go does, in protobuf and in JSON, for the test that both are read alike. A line is one object: its
// kind's apiVersion and name, its protobuf in base64, and its JSON.
//
//	go run ./samples > ../../tests/tests/protobuf/samples.txt    # few: an object of each kind with about a third of its fields
//	go run ./samples all                                        # many: see below; 25 MB
//
// All are: Go's own test data of k8s.io/api, of each minor that it has; of each kind one object in which every pointer
// leads to a zero value and every list and map has one zero element; and twenty filled at random.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
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
	all := len(os.Args) > 1 && os.Args[1] == "all"
	stored := kinds(types)
	if all {
		w.golden(stored)
	}
	for _, kind := range stored {
		// The same kind gives the same objects, whatever other kinds there are.
		source := rand.New(rand.NewSource(seed(kind)))
		if !all {
			w.made(kind, &filler{Rand: source, often: 1, of: 3, scalars: true})
			continue
		}
		w.made(kind, &filler{Rand: source, often: 1, of: 1})
		for range 20 {
			w.made(kind, &filler{Rand: source, often: 3, of: 4, scalars: true})
		}
	}
	check(w.out.Flush())
}

// kinds are those whose objects can be stored, of every version, in a fixed order.
func kinds(types *runtime.Scheme) []schema.GroupVersionKind {
	var kinds []schema.GroupVersionKind
	for kind, goType := range types.AllKnownTypes() {
		_, meta := goType.FieldByName("ObjectMeta")
		if kind.Version != runtime.APIVersionInternal && meta {
			kinds = append(kinds, kind)
		}
	}
	slices.SortFunc(kinds, func(a, b schema.GroupVersionKind) int { return cmp.Compare(a.String(), b.String()) })
	return kinds
}

func seed(kind schema.GroupVersionKind) int64 {
	var sum int64
	for _, char := range kind.String() {
		sum = sum*31 + int64(char)
	}
	return sum
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

// golden writes Go's own test data of some kinds.
func (w *writer) golden(stored []schema.GroupVersionKind) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/api").Output()
	check(err)
	root := filepath.Join(strings.TrimSpace(string(out)), "testdata")
	check(filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		check(err)
		base, isBinary := strings.CutSuffix(path, ".pb")
		if !isBinary {
			return nil
		}
		binary, err := os.ReadFile(path)
		check(err)
		text, err := os.ReadFile(base + ".json")
		if os.IsNotExist(err) {
			// What a round trip through the newest version leaves of an older one's.
			return nil
		}
		check(err)
		var types struct{ APIVersion, Kind string }
		check(json.Unmarshal(text, &types))
		if slices.Contains(stored, schema.FromAPIVersionAndKind(types.APIVersion, types.Kind)) {
			w.line(types.APIVersion, types.Kind, binary, text)
		}
		return nil
	}))
}

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
