//! Types of objects: which is meant where something else stands.

use crate::{
    meant::{each, is_path, mentions},
    word::is_one_of,
};

/// The kinds that most controllers watch.
const KINDS: [&str; 22] = [
    "Pod",
    "ConfigMap",
    "Secret",
    "Service",
    "ServiceAccount",
    "Namespace",
    "Node",
    "Event",
    "Endpoints",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "ReplicationController",
    "ResourceQuota",
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "Ingress",
    "NetworkPolicy",
    "HorizontalPodAutoscaler",
];

/// The type that is meant by a text: itself, if it may be one, the kind of `pods`, `deployments.apps` or `v1/configmap`, else a pod.
pub fn ty(text: &str) -> &str {
    if text.contains(char::is_uppercase) && is_path(text) {
        return text;
    }
    let text = text.rsplit('/').next().unwrap_or(text).split('.').next().unwrap_or(text).to_lowercase();
    let known = KINDS.iter().copied().find(|kind| {
        let kind = kind.to_lowercase();
        let plural = match kind.strip_suffix('y') {
            Some(stem) => format!("{stem}ies"),
            None if kind.ends_with("ss") => format!("{kind}es"),
            None => format!("{kind}s"),
        };
        text == kind || text == plural
    });
    known.unwrap_or("Pod")
}

/// What holds objects of a resource, and is none.
const AROUND: &str = "Arc Box Rc Option Vec Api Store List ObjectList ObjectRef Reflector Watcher Controller Cache Informer SharedInformer Lister Cow Mutex RwLock PhantomData Result Event WatchEvent";

/// The type that is meant by code that leads to it: `Pod` of `Api<Pod>`, `Pod::default()`, `<Pod>` and `&Pod`.
pub fn inner(code: &str) -> Option<&str> {
    let last = |path: &str| path.rfind("::").map_or(path, |at| &path[at + 2..]).to_owned();
    let is_type = |path: &str| is_path(path) && last(path).starts_with(char::is_uppercase);
    let all_of = |code| Some(inner(code).unwrap_or(code));
    let code = code.strip_prefix("vec!").map_or(code, str::trim_start);
    if let Some(to) = code.strip_prefix('&') {
        let to = if to.starts_with('\'') { to.split_once(' ').map_or(to, |(_, to)| to) } else { to };
        return all_of(to.trim_start_matches("mut "));
    }
    let (head, rest) = code.split_at(code.find(['<', '(', '{', '.', '[']).unwrap_or(code.len()));
    let path = head.trim_end_matches(':').trim();
    if rest.starts_with('<') && (path.is_empty() && !code.contains(" as ") || is_one_of(AROUND, &last(path)))
    {
        let (of, behind) = generics(rest)?;
        return if path.is_empty() && !behind.is_empty() { None } else { all_of(of) };
    }
    if rest.is_empty() || rest.starts_with(['(', '{', '.']) {
        let made = if is_type(path) { path } else { path.rsplit_once("::")?.0 };
        return (made != code && is_type(made)).then_some(made);
    }
    let listed = code.strip_prefix('[').and_then(|code| code.split([']', ';', ',']).next());
    listed.filter(|ty| is_type(ty))
}

/// The first type between the angles with which `code` begins, and what stands behind them.
fn generics(code: &str) -> Option<(&str, &str)> {
    let (mut depth, mut start) = (0_u32, 1);
    let mut first = None;
    for (at, c) in code.char_indices() {
        match c {
            '<' => depth += 1,
            ',' if depth == 1 && code[start..at].trim().starts_with('\'') => start = at + 1,
            '>' if depth == 1 => {
                return Some((first.unwrap_or(code[start..at].trim()), code[at + 1..].trim()));
            }
            ',' if depth == 1 && first.is_none() => first = Some(code[start..at].trim()),
            '>' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// What is wrong with `code` where a setting takes the type of a resource, as far as the code says it.
pub fn no_type(setting: &str, code: &str, example: &str) -> Option<String> {
    if setting == "resource" { no_resource(code) } else { no_kind(setting, code, example) }
}

/// How an answer goes on where there is no type at all.
pub fn takes(setting: &str) -> &'static str {
    if setting == "resource" { "takes a type, such as" } else { "begins with a type: write" }
}

/// What is wrong with `code` where the type of a resource is asked for.
fn no_resource(code: &str) -> Option<String> {
    const EXAMPLE: &str = "`resource = Pod`";
    let last = code.rsplit("::").next().unwrap_or(code);
    if code.starts_with('"') {
        let meant = ty(code.trim_matches('"'));
        return Some(format!("`resource` takes a type, not a string: write `resource = {meant}`"));
    }
    if code == "Self" {
        return Some(format!("`resource` takes the watched type, such as {EXAMPLE}"));
    }
    let one = code
        .trim_start_matches(['(', '['])
        .split(['|', '+', ',', ')', ']'])
        .next()
        .unwrap_or_default()
        .trim();
    if (code.contains(['|', '+']) || code.contains(',') && code.starts_with(['(', '['])) && is_path(one) {
        return Some(format!(
            "`resource` takes one type: write `resource = {one}`\n= help: another kind has a controller of its own"
        ));
    }
    if let Some(path) = dotted(code) {
        return Some(format!("`resource` takes a path, whose names `::` parts: write `resource = {path}`"));
    }
    if let Some(inner) = inner(code) {
        let fault = format!("`resource` takes the type itself: write `resource = {inner}`");
        let is_shared =
            code.split('<').next().is_some_and(|around| around.ends_with("Arc")) && !inner_is_deep(code);
        return Some(if is_shared { format!("{fault}; `add` may still take `{code}`") } else { fault });
    }
    if let Some(whole) = whole(last).filter(|whole| KINDS.contains(whole)) {
        return Some(format!("`{last}` is no resource by itself: write `resource = {whole}`"));
    }
    if is_plain(code) || is_one_of(UNTYPED, last) {
        let help = "= help: take one of `k8s_openapi`, or one that derives `kube::CustomResource`";
        return Some(format!("`{last}` is the type of no resource; write one, such as {EXAMPLE}\n{help}"));
    }
    let is_nameless =
        code.starts_with(['(', '[', '*', '!', '_', '{']) && !is_path(code.trim_matches(['(', ')']));
    let is_nameless =
        is_nameless || ["dyn ", "impl ", "fn(", "for<"].iter().any(|start| code.starts_with(start));
    is_nameless.then(|| format!("`resource` takes a type by its name, such as {EXAMPLE}"))
}

/// What is wrong with a resource whose name is that of a part, where the handlers take the whole.
pub fn part(resource: &str, inputs: impl Fn() -> String) -> Option<String> {
    let path = &resource[..resource.rfind("::").map_or(0, |at| at + 2)];
    let last = &resource[path.len()..];
    if last == "PartialObjectMeta" {
        let inputs = inputs();
        let of = inputs.split_once("PartialObjectMeta<").and_then(|(_, of)| of.split_once('>'));
        let (of, there) = of.map_or(("Pod", "\n= help: the handlers take the same"), |(of, _)| (of, ""));
        return Some(format!("`{last}` is that of a kind: write `resource = {path}{last}<{of}>`{there}"));
    }
    let whole = whole(last)?;
    let inputs = inputs();
    let is_meant = mentions(&inputs, whole) && !mentions(&inputs, last);
    is_meant.then(|| format!("`{resource}` is no resource by itself: write `resource = {path}{whole}`"))
}

/// Which of the types that are owned are so in vain, and why: the controller's own, and those that came before.
pub fn owned_in_vain(resource: &str, types: &[String]) -> Vec<(usize, String)> {
    let fault = |(at, ty): (usize, &String)| {
        if ty == resource {
            Some((at, format!("a controller does not own its own resource; remove `owns({ty})`")))
        } else {
            types[..at].contains(ty).then(|| (at, format!("`{ty}` is already owned; remove one of the two")))
        }
    };
    types.iter().enumerate().filter_map(fault).collect()
}

/// The name of what has a part of this name: `Pod` of `PodSpec`.
fn whole(part: &str) -> Option<&str> {
    PARTS.split(' ').find_map(|end| part.strip_suffix(end)).filter(|whole| !whole.is_empty())
}

/// What the names of parts and lists of a resource end with.
const PARTS: &str = "TemplateSpec Spec Status List";

/// What stands for resources of any kind, none of which is known when a program is compiled.
const UNTYPED: &str = "ApiResource GroupVersionKind GroupVersionResource";

/// Whether what it holds holds the type in turn.
fn inner_is_deep(code: &str) -> bool {
    code.matches('<').count() > 1
}

/// The path that is meant by names that dots part, as elsewhere: `corev1::Pod` of `corev1.Pod`.
fn dotted(code: &str) -> Option<String> {
    let path = code.replace(' ', "").replace('.', "::");
    let last = path.rsplit("::").next()?;
    (code.contains('.') && is_path(&path) && last.starts_with(char::is_uppercase)).then_some(path)
}

/// What is wrong with `code` where `owns(..)` and `watches(..)` take a type.
fn no_kind(setting: &str, code: &str, example: &str) -> Option<String> {
    if let Some(path) = dotted(code) {
        let written = each(example, &path);
        return Some(format!("`{setting}` takes a path, whose names `::` parts: write `{written}`"));
    }
    if let Some(inner) = inner(code) {
        return Some(format!("`{setting}` takes the type itself: write `{}`", each(example, inner)));
    }
    if is_plain(code) {
        return Some(format!("`{code}` is the type of no resource: write one, such as `{example}`"));
    }
    if let Some((ty, _)) = code.split_once("=>").or_else(|| code.split_once(": ")) {
        let written = each(example, ty.trim());
        return Some(format!("`{setting}` takes a comma behind the type: write `{written}`"));
    }
    let value = code.split_once('=').map_or(code, |(_, value)| value).trim();
    let name = value.trim_matches('"');
    let meant = if value.starts_with('"') || is_of_kind(name) { ty(name) } else { value };
    let is_type =
        |code: &str| code.starts_with(|c: char| c.is_alphabetic() || c == ':' || c == '$' || c == '<');
    if is_type(code) && !code.contains('=') && meant == value {
        return None;
    }
    let last = meant.rsplit("::").next().unwrap_or(meant);
    let is_clear =
        is_path(meant) && last.starts_with(char::is_uppercase) && (meant != "Pod" || is_of_kind(name));
    let written = if is_clear { each(example, meant) } else { example.to_owned() };
    Some(format!("`{setting}` begins with a type: write `{written}`"))
}

/// What is wrong with `code` behind the type in `owns(..)` and `watches(..)`, if that is another type.
pub fn second(setting: &str, code: &str, example: &str) -> Option<String> {
    let path = code.split('<').next().unwrap_or(code);
    let is_type = is_path(path) && path.rsplit("::").next()?.starts_with(char::is_uppercase);
    is_type.then(|| format!("`{setting}` takes one type: write `{}` beside it", each(example, code)))
}

/// Whether a text names a kind that is known as a server does: in lower case, perhaps as a plural.
fn is_of_kind(text: &str) -> bool {
    !text.contains(char::is_uppercase)
        && is_path(text)
        && (ty(text) != "Pod" || matches!(text, "pod" | "pods"))
}

/// Whether the bounds of a parameter, which `+` parts, are known and none of them says that it is a resource of Kooper.
pub fn are_no_resource(bounds: &str) -> bool {
    const KNOWN: &str = "Clone Copy Debug Display Default PartialEq Eq Hash Send Sync Sized Unpin 'static Serialize Deserialize DeserializeOwned ResourceExt";
    let is_known = |bound: &str| {
        let name = bound.split('<').next().unwrap_or(bound);
        is_one_of(KNOWN, name.rsplit("::").next().unwrap_or(name)) || name.ends_with("kube::Resource")
    };
    bounds.split('+').map(str::trim).filter(|bound| !bound.is_empty()).all(is_known)
}

/// Whether a written type is one of the language or its library, which stands for no object, key or context.
pub fn is_plain(ty: &str) -> bool {
    const PLAIN: &str = "String str bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 ()";
    let ty = ty.strip_prefix('&').unwrap_or(ty).trim_start_matches("'static ");
    let ty = ty.strip_prefix("std::string::").unwrap_or(ty);
    let maps = ["HashMap<", "BTreeMap<", "HashSet<", "BTreeSet<"];
    is_one_of(PLAIN, ty) || ty == "serde_json::Value" || maps.iter().any(|start| ty.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_known_by_its_resource_too() {
        for (text, meant) in [
            ("pods", "Pod"),
            ("deployments.apps", "Deployment"),
            ("apps/v1/Deployment", "Deployment"),
            ("configmap", "ConfigMap"),
            ("ingresses", "Ingress"),
            ("networkpolicies", "NetworkPolicy"),
            ("core::v1::Pod", "core::v1::Pod"),
            ("gadgets", "Pod"),
            ("", "Pod"),
        ] {
            assert_eq!(ty(text), meant, "{text}");
        }
    }

    #[test]
    fn a_type_is_known_by_what_leads_to_it() {
        for code in [
            "Api<Pod>",
            "Api::<Pod>::all",
            "Arc<Api<Pod>>",
            "kube::runtime::reflector::Store<Pod>",
            "Cow<'static, Pod>",
            "Pod::default()",
            "Pod()",
            "Pod {}",
            "&'static Pod",
            "<Pod>",
            "[Pod]",
        ] {
            assert_eq!(inner(code), Some("Pod"), "{code}");
        }
        for code in [
            "Pod",
            "v1::Pod",
            "Custom<A, B>",
            "PartialObjectMeta<Pod>",
            "<A as B>::C",
            "Self::Resource",
            "(Pod)",
        ] {
            assert_eq!(inner(code), None, "{code}");
            assert_eq!(no_resource(code), None, "{code}");
        }
    }

    #[test]
    fn what_is_no_resource_is_answered_as_far_as_the_code_says_it() {
        for (code, said) in [
            ("vec! [Pod]", "takes the type itself: write `resource = Pod`"),
            ("\"v1/Pod\"", "not a string: write `resource = Pod`"),
            ("Api<Pod>", "takes the type itself: write `resource = Pod`"),
            ("Arc<Pod>", "`add` may still take `Arc<Pod>`"),
            ("PodSpec", "no resource by itself: write `resource = Pod`"),
            ("corev1.Pod", "a path, whose names `::` parts: write `resource = corev1::Pod`"),
            ("Pod | ConfigMap", "takes one type: write `resource = Pod`"),
            ("String", "is the type of no resource"),
            ("dyn Resource", "takes a type by its name"),
        ] {
            let fault = no_resource(code).unwrap_or_default();
            assert!(fault.contains(said), "{code}: {fault}");
        }
        assert!(
            are_no_resource("Clone + Send + 'static")
                && are_no_resource("")
                && are_no_resource("kube::Resource")
        );
        assert!(!are_no_resource("kooper::Resource") && !are_no_resource("Mine"));
    }

    #[test]
    fn a_part_is_known_by_the_whole_that_handlers_take() {
        let inputs = || "&self, site: Arc<Website>".to_owned();
        let fault = part("crds::WebsiteSpec", inputs).unwrap_or_default();
        assert!(fault.ends_with("write `resource = crds::Website`"), "{fault}");
        for resource in ["Website", "PodSpec", "Spec", "", "WebsiteList<T>"] {
            assert_eq!(part(resource, inputs), None, "{resource}");
        }
        let inputs = || "&self, pod: Arc<PartialObjectMeta<Pod>>".to_owned();
        let fault = part("core::PartialObjectMeta", inputs).unwrap_or_default();
        assert!(fault.ends_with("write `resource = core::PartialObjectMeta<Pod>`"), "{fault}");
        let both = || "&self, status: WebsiteStatus, site: &Website".to_owned();
        assert_eq!(part("WebsiteStatus", both), None, "a resource that handlers take");
        assert_eq!(no_resource("PodTemplate"), None, "a resource of Kubernetes");
    }

    #[test]
    fn what_is_owned_in_vain_is_told_of_where_it_stands() {
        let types = ["Secret", "Pod", "ConfigMap", "Secret"].map(str::to_owned);
        let told = owned_in_vain("Pod", &types);
        assert_eq!(told.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1, 3]);
        assert!(told[0].1.ends_with("remove `owns(Pod)`") && told[1].1.ends_with("remove one of the two"));
        assert!(owned_in_vain("", &types[..3]).is_empty());
    }

    #[test]
    fn what_is_no_kind_is_answered_with_the_one_that_is_meant() {
        for (code, said) in [
            ("configmaps", "begins with a type: write `watches(ConfigMap, map = Self::users)`"),
            ("\"pods\"", "write `watches(Pod, map = Self::users)`"),
            ("kind = ConfigMap", "write `watches(ConfigMap, map = Self::users)`"),
            ("map = Self::users", "begins with a type: write `watches(Secret, map = Self::users)`"),
            (
                "ConfigMap: Self::users",
                "a comma behind the type: write `watches(ConfigMap, map = Self::users)`",
            ),
            (
                "ConfigMap => Self::users",
                "a comma behind the type: write `watches(ConfigMap, map = Self::users)`",
            ),
            ("corev1.ConfigMap", "parts: write `watches(corev1::ConfigMap, map = Self::users)`"),
            ("Api<ConfigMap>", "takes the type itself: write `watches(ConfigMap, map = Self::users)`"),
            ("u8", "is the type of no resource"),
        ] {
            let fault = no_kind("watches", code, "watches(Secret, map = Self::users)").unwrap_or_default();
            assert!(fault.contains(said), "{code}: {fault}");
        }
        for code in ["ConfigMap", "v1::ConfigMap", "Custom<A>", "<A as B>::C", "kind!()", "$kind"] {
            assert_eq!(no_kind("owns", code, "owns(ConfigMap)"), None, "{code}");
        }
    }
}
