//! Addresses and ports that a server gives to services.

use memchr::memmem;
use serde_json::{Value, json};

use super::{
    document::Document,
    store::{Range, State},
};

/// The first ports of nodes, and how many there are.
const PORTS: (u64, u64) = (30_000, 2768);

/// Gives the service an address of 10.96.0.0/12 and ports of nodes, as far as its type has them and it says none.
pub(super) fn service(state: &mut State, before: Option<&Document>, service: &mut Document) {
    let kind = service.get("spec/type").and_then(Value::as_str).unwrap_or("ClusterIP").to_owned();
    if kind == "ExternalName" || !service.get("spec").is_some_and(Value::is_object) {
        return;
    }
    if service.get("spec/clusterIP").and_then(Value::as_str).unwrap_or_default().is_empty() {
        let address = free(state, &[], |turn| {
            let address = format!("10.{}.{}.{}", 96 + turn / 65_536 % 16, turn / 256 % 256, turn % 256);
            let field = format!("\"clusterIP\":\"{address}\"");
            (Value::from(address), field)
        });
        service.0["spec"]["clusterIP"] = address.clone();
        service.0["spec"]["clusterIPs"] = json!([address]);
    }
    let exposed = matches!(kind.as_str(), "NodePort" | "LoadBalancer");
    let allocates = service.get("spec/allocateLoadBalancerNodePorts") != Some(&json!(false));
    if !exposed
        && let (Some(before), Some(spec)) = (before, service.0["spec"].as_object_mut())
        && spec.get("externalTrafficPolicy") == before.get("spec/externalTrafficPolicy")
    {
        spec.remove("externalTrafficPolicy");
    }
    let known = ports(before);
    let mut wanted = ports(Some(service));
    let mut own: Vec<Value> = Vec::new();
    for port in &mut wanted {
        let same = |known: &&Value| known["port"] == port["port"] && known["protocol"] == port["protocol"];
        let old = known.iter().find(same).map_or(Value::Null, |known| known["nodePort"].clone());
        let given = port["nodePort"].clone();
        let Some(port) = port.as_object_mut() else { continue };
        if exposed && given.is_null() && !old.is_null() {
            port.insert("nodePort".into(), old);
        } else if exposed && given.is_null() && (kind == "NodePort" || allocates) {
            let new = free(state, &own, |turn| {
                let number = PORTS.0 + turn % PORTS.1;
                (number.into(), format!("\"nodePort\":{number}"))
            });
            own.push(new.clone());
            port.insert("nodePort".into(), new);
        } else if !exposed && given == old {
            // It came with the type that the service had.
            port.remove("nodePort");
        }
    }
    if !wanted.is_empty() {
        service.0["spec"]["ports"] = wanted.into();
    }
}

fn ports(service: Option<&Document>) -> Vec<Value> {
    let ports = service.and_then(|service| service.get("spec/ports")).and_then(Value::as_array);
    ports.cloned().unwrap_or_default()
}

/// The first value that is not among `own` and that no service has, where `offer` makes values and how they stand in JSON.
fn free(state: &mut State, own: &[Value], offer: impl Fn(u64) -> (Value, String)) -> Value {
    // Each write begins at another place, so that few are tried.
    let start = state.version;
    let taken = |state: &mut State, text: &str| {
        let services = state.collection("services").now(Range::default());
        services.into_iter().any(|service| {
            let mut found = memmem::find_iter(&service.json, text);
            found.any(|at| !service.json.get(at + text.len()).is_some_and(u8::is_ascii_digit))
        })
    };
    let mut turn = start;
    loop {
        let (value, text) = offer(turn);
        // All ports may be taken; a server would refuse the service then.
        if turn - start >= PORTS.1 || !own.contains(&value) && !taken(state, &text) {
            return value;
        }
        turn += 1;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::ObjectKey;

    fn made(state: &mut State, name: &str, kind: &str) -> Document {
        let mut document = Document::new(json!({
            "kind": "Service", "apiVersion": "v1", "metadata": { "name": name },
            "spec": { "type": kind, "ports": [{ "port": 80, "protocol": "TCP" }, { "port": 81, "protocol": "TCP" }] },
        }))
        .unwrap();
        service(state, None, &mut document);
        state.put("services", ObjectKey::namespaced("default", name), document.clone());
        document
    }

    #[test]
    fn services_have_addresses_and_ports_of_their_own() {
        let mut state = State::default();
        let made: Vec<Document> =
            (0..50).map(|turn| made(&mut state, &format!("s{turn}"), "NodePort")).collect();
        let addresses: std::collections::HashSet<_> =
            made.iter().map(|service| service.get("spec/clusterIP").unwrap().to_string()).collect();
        assert_eq!(addresses.len(), 50);
        let ports = made.iter().flat_map(|service| ports(Some(service)));
        let ports: std::collections::HashSet<_> =
            ports.map(|port| port["nodePort"].as_u64().unwrap()).collect();
        assert!(ports.len() == 100 && ports.iter().all(|port| (30_000..32_768).contains(port)));
    }

    #[test]
    fn a_port_stays_until_the_type_has_none() {
        let mut state = State::default();
        let before = made(&mut state, "s", "NodePort");
        let mut after = before.clone();
        after.0["spec"]["ports"][0].as_object_mut().unwrap().remove("nodePort");
        service(&mut state, Some(&before), &mut after);
        assert_eq!(after, before);
        after.0["spec"]["type"] = "ClusterIP".into();
        service(&mut state, Some(&before), &mut after);
        assert_eq!(after.0["spec"]["ports"][0], json!({ "port": 80, "protocol": "TCP" }));
    }
}
