package main

import (
	"math/rand"
	"reflect"
	"time"

	extensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	extensionsv1beta1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// deepest is how deep pointers, lists and maps are filled.
const deepest = 12

// filler fills a value: what may be left out it sets `often` times `of` so many. Scalars stay zero unless asked for.
type filler struct {
	*rand.Rand
	often, of int
	scalars   bool
}

func (f *filler) coin() bool { return f.Intn(f.of) < f.often }

// own fills the types whose insides are not for filling.
func (f *filler) own(value any) bool {
	switch value := value.(type) {
	case *metav1.Time:
		*value = metav1.NewTime(time.Unix(f.Int63n(4e9)-1e9, 0).UTC())
	case *metav1.MicroTime:
		*value = metav1.NewMicroTime(time.Unix(f.Int63n(4e9)-1e9, f.Int63n(1e6)*1000).UTC())
	case *resource.Quantity:
		texts := []string{"1", "100m", "1Gi", "0", "1e3", "1.5", "-2", "10k"}
		if f.coin() {
			*value = resource.MustParse(texts[f.Intn(len(texts))])
		}
		_ = value.String()
	case *intstr.IntOrString:
		*value = intstr.FromInt32(f.Int31n(3) - 1)
		if f.coin() {
			*value = intstr.FromString("50%")
		}
	case *runtime.RawExtension:
		if f.coin() {
			value.Raw = []byte(`{"a":[1,null,"x",2.5,true,-7]}`)
		}
	case *metav1.FieldsV1:
		value.SetRawBytes([]byte(`{"f:a":{".":{}}}`))
	case *extensionsv1.JSON:
		value.Raw = []byte(`{"a":[1,null,"x"]}`)
	case *extensionsv1beta1.JSON:
		value.Raw = []byte(`{"a":[1,null,"x"]}`)
	case *extensionsv1.JSONSchemaPropsOrArray:
		value.Schema = &extensionsv1.JSONSchemaProps{Type: "s"}
		if f.coin() {
			value.Schema, value.JSONSchemas = nil, []extensionsv1.JSONSchemaProps{{Type: "s"}, {}}
		}
	case *extensionsv1.JSONSchemaPropsOrStringArray:
		value.Property = []string{"s", ""}
		if f.coin() {
			value.Schema, value.Property = &extensionsv1.JSONSchemaProps{Type: "s"}, nil
		}
	case *extensionsv1.JSONSchemaPropsOrBool:
		value.Allows = f.coin()
		if f.coin() {
			value.Allows, value.Schema = true, &extensionsv1.JSONSchemaProps{Type: "s"}
		}
	case *metav1.TypeMeta:
	default:
		return false
	}
	return true
}

func (f *filler) fill(v reflect.Value, depth int) {
	if f.own(v.Addr().Interface()) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if depth < deepest && f.coin() {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem(), depth+1)
		}
	case reflect.Slice:
		if depth >= deepest || !f.coin() {
			return
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.Set(reflect.ValueOf([]byte{0, 255, 7}).Convert(v.Type()))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1+f.Intn(2), 2))
		for i := range v.Len() {
			f.fill(v.Index(i), depth+1)
		}
	case reflect.Map:
		if depth < deepest && f.coin() {
			v.Set(reflect.MakeMap(v.Type()))
			element := reflect.New(v.Type().Elem()).Elem()
			f.fill(element, depth+1)
			v.SetMapIndex(reflect.ValueOf("k").Convert(v.Type().Key()), element)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				f.fill(v.Field(i), depth+1)
			}
		}
	case reflect.String:
		if f.scalar() {
			v.SetString([]string{"s", "ü \"q\"\n<&>", "0"}[f.Intn(3)])
		}
	case reflect.Bool:
		v.SetBool(f.scalar())
	case reflect.Int32, reflect.Int64:
		if f.scalar() {
			v.SetInt(int64(f.Intn(5) - 2))
		}
	case reflect.Float64:
		if f.scalar() {
			v.SetFloat(float64(f.Intn(9)-4) / 4)
		}
	}
}

func (f *filler) scalar() bool { return f.scalars && f.coin() }
