package main

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	extensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	extensionsv1beta1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// own are the types that write their JSON themselves: how they look in it. Those of wrapped hold a message to look into.
var own = map[reflect.Type]string{
	reflect.TypeFor[metav1.Time]():            "time",
	reflect.TypeFor[metav1.MicroTime]():       "microtime",
	reflect.TypeFor[resource.Quantity]():      "quantity",
	reflect.TypeFor[intstr.IntOrString]():     "intorstring",
	reflect.TypeFor[runtime.RawExtension]():   "json",
	reflect.TypeFor[metav1.FieldsV1]():        "json",
	reflect.TypeFor[extensionsv1.JSON]():      "json",
	reflect.TypeFor[extensionsv1beta1.JSON](): "json",
}

var wrapped = map[reflect.Type]string{
	reflect.TypeFor[extensionsv1.JSONSchemaPropsOrArray]():            "orarray",
	reflect.TypeFor[extensionsv1beta1.JSONSchemaPropsOrArray]():       "orarray",
	reflect.TypeFor[extensionsv1.JSONSchemaPropsOrStringArray]():      "orarray",
	reflect.TypeFor[extensionsv1beta1.JSONSchemaPropsOrStringArray](): "orarray",
	reflect.TypeFor[extensionsv1.JSONSchemaPropsOrBool]():             "orbool",
	reflect.TypeFor[extensionsv1beta1.JSONSchemaPropsOrBool]():        "orbool",
}

// field is a line of the table: number, name in JSON, shape, and the message that it holds.
type field struct {
	number  int
	name    string
	shape   string
	message string
}

func (f field) String() string {
	return strings.TrimRight(fmt.Sprintf(" %d %s %s %s", f.number, f.name, f.shape, f.message), " ")
}

// fields reads a struct's tags. A field without a protobuf tag is none of the message (TypeMeta, which the envelope has).
func (t *table) fields(goType reflect.Type) []field {
	if goType.Kind() != reflect.Struct {
		fail("%v is no struct", goType)
	}
	var fields []field
	for i := range goType.NumField() {
		member := goType.Field(i)
		tag := strings.Split(member.Tag.Get("protobuf"), ",")
		if len(tag) < 2 {
			if name, _, _ := strings.Cut(member.Tag.Get("json"), ","); name != "" && name != "-" {
				fail("%v.%s is in JSON but not in protobuf", goType, member.Name)
			}
			continue
		}
		number, err := strconv.Atoi(tag[1])
		if err != nil {
			fail("%v.%s: %v", goType, member.Name, err)
		}
		fields = append(fields, t.field(goType, member, number))
	}
	return fields
}

func (t *table) field(owner reflect.Type, member reflect.StructField, number int) field {
	where := fmt.Sprintf("%v.%s", owner, member.Name)
	options := strings.Split(member.Tag.Get("json"), ",")
	name, options := options[0], options[1:]
	goType := member.Type
	if _, isWrapped := wrapped[owner]; isWrapped {
		// Their fields have no names in JSON; these are for people.
		name = strings.ToLower(member.Name)
	} else if name == "" {
		if !member.Anonymous || goType.Kind() != reflect.Struct {
			fail("%s has no name in JSON", where)
		}
		return field{number, "-", "inline", t.message(goType)}
	}
	if name == "-" {
		fail("%s is in protobuf but not in JSON", where)
	}
	pointer := goType.Kind() == reflect.Pointer
	if pointer {
		goType = goType.Elem()
	}
	many := ""
	switch {
	case marshals(goType):
	case goType.Kind() == reflect.Slice && goType.Elem().Kind() != reflect.Uint8:
		many, goType = "[]", goType.Elem()
	case goType.Kind() == reflect.Map:
		if goType.Key().Kind() != reflect.String {
			fail("%s is a map whose keys are no strings", where)
		}
		many, goType = "{}", goType.Elem()
	}
	if many != "" && goType.Kind() == reflect.Pointer {
		goType = goType.Elem()
	}
	shape, message, scalar := t.shape(where, goType)
	if scalar && many == "" && !pointer && slices.Contains(options, "omitempty") {
		// Go writes it though it is zero; its JSON leaves it out.
		shape += "?"
	}
	if slices.Contains(options, "omitzero") && shape != "time" {
		fail("%s is left out where it is a struct of zeros, which the table cannot say", where)
	}
	return field{number, name, many + shape, message}
}

// shape is what a value looks like in JSON, and whether Go knows a zero for it that is no pointer.
func (t *table) shape(where string, goType reflect.Type) (shape, message string, scalar bool) {
	if shape, ok := own[goType]; ok {
		return shape, "", false
	}
	if shape, ok := wrapped[goType]; ok {
		return shape, t.message(goType), false
	}
	if writesItself(goType) {
		fail("%s: %v writes its JSON itself: say in `own` how that looks", where, goType)
	}
	switch goType.Kind() {
	case reflect.String:
		return "string", "", true
	case reflect.Bool:
		return "bool", "", true
	case reflect.Int32, reflect.Int64:
		return "int", "", true
	case reflect.Float64:
		return "double", "", true
	case reflect.Slice:
		if goType.Elem().Kind() == reflect.Uint8 {
			return "bytes", "", true
		}
		if marshals(goType) {
			return t.list(where, goType)
		}
	case reflect.Struct:
		return "message", t.message(goType), false
	}
	fail("%s: %v is nothing that the table can say", where, goType)
	return
}

// list is a named slice such as ExtraValue: protobuf wraps it into a message whose field 1 is the items.
func (t *table) list(where string, goType reflect.Type) (string, string, bool) {
	name := messageName(goType)
	shape, message, _ := t.shape(where, goType.Elem())
	t.types[name] = goType
	t.messages[name] = []field{{1, "items", "[]" + shape, message}}
	return "list", name, false
}

// marshals tells whether a type writes itself as a protobuf message.
func marshals(goType reflect.Type) bool {
	return reflect.PointerTo(goType).Implements(reflect.TypeFor[interface{ Marshal() ([]byte, error) }]())
}

func writesItself(goType reflect.Type) bool {
	pointer := reflect.PointerTo(goType)
	return pointer.Implements(reflect.TypeFor[json.Marshaler]()) ||
		pointer.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

// moduleVersions are the modules that the table was made from.
func moduleVersions() []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		fail("no build information")
	}
	var versions []string
	for _, module := range info.Deps {
		switch module.Path {
		case "k8s.io/api", "k8s.io/apimachinery", "k8s.io/client-go", "k8s.io/apiextensions-apiserver", "k8s.io/kube-aggregator":
			versions = append(versions, module.Path+" "+module.Version)
		}
	}
	return versions
}
