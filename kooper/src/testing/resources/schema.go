// Schema writes schema.txt: the Go types behind every built-in resource, as their JSON is read and written.
//
// It needs the Go modules k8s.io/api, k8s.io/client-go, k8s.io/apiextensions-apiserver and k8s.io/kube-aggregator of the
// Kubernetes version that builtin.txt was made from, and that server's OpenAPI documents (list types and defaults stand
// only there), one file a group version, in the folder that is the first argument; builtin.txt is the second:
//
//	go run schema.go OPENAPI-FOLDER builtin.txt > schema.txt
//
// A line `= group/version Kind type` names the type of a kind, `@ type map-type` begins a type, and a line that begins
// with a blank is one of its fields: name, type, flags. Types: s string, b bool, i32, i64, f64, x bytes, T time, M time
// with microseconds, D duration, Q quantity, I int-or-string, J any JSON, O any object, @ID struct; *X pointer, []X
// slice, {}X map. A scalar that has a Go name of its own carries it after a colon, a slice or map inside its brackets.
// Flags: e omitempty, z omitzero, m=KEY patch merge key, p=STRATEGY patch strategy, l=LIST-TYPE[:KEYS], a atomic map or
// struct, d=DEFAULT, #N number in protobuf. A field called `^` is a struct that Go embeds: in protobuf, its fields stand in
// a message of their own.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	aggregator "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

type document struct {
	Components struct {
		Schemas map[string]node `json:"schemas"`
	} `json:"components"`
}

type node struct {
	Properties map[string]node `json:"properties"`
	ListType   string          `json:"x-kubernetes-list-type"`
	ListKeys   []string        `json:"x-kubernetes-list-map-keys"`
	MapType    string          `json:"x-kubernetes-map-type"`
	Default    any             `json:"default"`
	Items      *node           `json:"items"`
}

var (
	openapi = map[string]node{}
	special = map[string]string{
		"v1.Time": "T", "v1.MicroTime": "M", "v1.Duration": "D", "resource.Quantity": "Q", "intstr.IntOrString": "I",
		"runtime.RawExtension": "O", "v1.FieldsV1": "J", "v1.JSON": "J", "v1.JSONSchemaPropsOrArray": "J",
		"v1.JSONSchemaPropsOrBool": "J", "v1.JSONSchemaPropsOrStringArray": "J",
	}
	seen  = map[string]bool{}
	queue []reflect.Type
)

func id(t reflect.Type) string {
	path := t.PkgPath()
	for _, prefix := range []string{"k8s.io/api/", "k8s.io/apimachinery/pkg/apis/", "k8s.io/apiextensions-apiserver/pkg/apis/",
		"k8s.io/kube-aggregator/pkg/apis/", "k8s.io/apimachinery/pkg/"} {
		path = strings.TrimPrefix(path, prefix)
	}
	return path + "." + t.Name()
}

// The name of the type in the OpenAPI documents.
func openapiName(t reflect.Type) string {
	path := strings.Replace(t.PkgPath(), "k8s.io/", "io.k8s.", 1)
	return strings.ReplaceAll(path, "/", ".") + "." + t.Name()
}

func named(t reflect.Type, plain string) string {
	if t.String() == plain {
		return ""
	}
	return t.String()
}

func typeOf(t reflect.Type) string {
	if word, ok := special[t.String()]; ok {
		return word
	}
	scalar := func(word, plain string) string {
		if name := named(t, plain); name != "" {
			return word + ":" + name
		}
		return word
	}
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + typeOf(t.Elem())
	case reflect.String:
		return scalar("s", "string")
	case reflect.Bool:
		return scalar("b", "bool")
	case reflect.Int32:
		return scalar("i32", "int32")
	case reflect.Int, reflect.Int64:
		return scalar("i64", "int64")
	case reflect.Float64:
		return "f64"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "x"
		}
		return "[" + named(t, "[]"+t.Elem().String()) + "]" + typeOf(t.Elem())
	case reflect.Map:
		return "{" + named(t, "map[string]"+t.Elem().String()) + "}" + typeOf(t.Elem())
	case reflect.Struct:
		if !seen[id(t)] {
			seen[id(t)] = true
			queue = append(queue, t)
		}
		return "@" + id(t)
	}
	panic("no word for " + t.String())
}

func fields(t reflect.Type, doc node, embedded bool, out *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := strings.Split(f.Tag.Get("json"), ",")
		if f.Anonymous && tag[0] == "" {
			if proto := strings.Split(f.Tag.Get("protobuf"), ","); len(proto) > 1 && !embedded {
				*out = append(*out, " ^ @"+id(f.Type)+" #"+proto[1])
				if !seen[id(f.Type)] {
					seen[id(f.Type)] = true
					queue = append(queue, f.Type)
				}
			}
			fields(f.Type, doc, true, out)
			continue
		}
		if tag[0] == "" || tag[0] == "-" {
			continue
		}
		line := " " + tag[0] + " " + typeOf(f.Type)
		if proto := strings.Split(f.Tag.Get("protobuf"), ","); len(proto) > 1 && !embedded {
			line += " #" + proto[1]
		}
		for _, option := range tag[1:] {
			switch option {
			case "omitempty":
				line += " e"
			case "omitzero":
				line += " z"
			}
		}
		if key := f.Tag.Get("patchMergeKey"); key != "" {
			line += " m=" + key
		}
		if strategy := f.Tag.Get("patchStrategy"); strategy != "" {
			line += " p=" + strategy
		}
		if p, ok := doc.Properties[tag[0]]; ok {
			if p.ListType != "" {
				line += " l=" + p.ListType
				if len(p.ListKeys) > 0 {
					line += ":" + strings.Join(p.ListKeys, ",")
				}
			}
			if p.MapType == "atomic" {
				line += " a"
			}
			switch p.Default.(type) {
			case nil, map[string]any:
			default:
				if text, _ := json.Marshal(p.Default); string(text) != `""` && string(text) != "0" && string(text) != "false" {
					line += " d=" + string(text)
				}
			}
		}
		*out = append(*out, line)
	}
}

func main() {
	files, _ := filepath.Glob(filepath.Join(os.Args[1], "*"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		var d document
		if json.Unmarshal(text, &d) == nil {
			for name, node := range d.Components.Schemas {
				openapi[name] = node
			}
		}
	}
	apiextensions.AddToScheme(scheme.Scheme)
	aggregator.AddToScheme(scheme.Scheme)
	table, err := os.Open(os.Args[2])
	if err != nil {
		panic(err)
	}
	kinds := map[string]schema.GroupVersionKind{}
	for lines := bufio.NewScanner(table); lines.Scan(); {
		columns := strings.Split(lines.Text(), " ")
		gv, kind := columns[0], columns[3]
		if k, over, ok := strings.Cut(kind, ":"); ok {
			gv, kind = over, k
		}
		parsed, _ := schema.ParseGroupVersion(gv)
		kinds[gv+" "+kind] = parsed.WithKind(kind)
	}
	kinds["meta.k8s.io/v1 DeleteOptions"] = schema.GroupVersionKind{Version: "v1", Kind: "DeleteOptions"}
	names := []string{}
	for name := range kinds {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		object, err := scheme.Scheme.New(kinds[name])
		if err != nil {
			continue
		}
		fmt.Println("=", name, typeOf(reflect.TypeOf(object).Elem()))
	}
	for len(queue) > 0 {
		t := queue[0]
		queue = queue[1:]
		doc := openapi[openapiName(t)]
		out := []string{}
		fields(t, doc, false, &out)
		line := "@ " + id(t)
		if doc.MapType == "atomic" {
			line += " a"
		}
		fmt.Println(line)
		for _, field := range out {
			fmt.Println(field)
		}
	}
}
