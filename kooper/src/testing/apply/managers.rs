//! `metadata.managedFields`: who owns what of an object.

use std::{cmp::Ordering, collections::BTreeMap, fmt};

use serde_json::{Map, Value, json};

use super::set::Set;

/// Who an entry is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manager {
    pub(super) name: String,
    /// It updated; else it applied.
    updates: bool,
    /// Of an update; one who applies is the same in every version.
    version: String,
    subresource: String,
}

impl Manager {
    pub(super) fn new(name: &str, applies: bool, version: &str, subresource: &str) -> Self {
        let name = if name.is_empty() { "unknown" } else { name };
        let version = if applies { "" } else { version };
        Self {
            name: name.into(),
            updates: !applies,
            version: version.into(),
            subresource: subresource.into(),
        }
    }

    /// Has a conflict name it with another version than its own.
    pub(super) fn show_version(&mut self, version: &str) {
        self.version = version.into();
    }
}

/// The order in which conflicts name managers: one of a subresource stands before the same of the whole object.
impl Ord for Manager {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.name.cmp(&other.name).then(self.updates.cmp(&other.updates));
        let order = order.then_with(|| self.version.cmp(&other.version));
        let whole = |manager: &Self| manager.subresource.is_empty();
        let order = order.then_with(|| whole(self).cmp(&whole(other)));
        order.then_with(|| self.subresource.cmp(&other.subresource))
    }
}

impl PartialOrd for Manager {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As a conflict names it: `"kubectl" using v1`.
impl fmt::Display for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.name)?;
        if !self.subresource.is_empty() {
            write!(f, " with subresource {:?}", self.subresource)?;
        }
        if self.updates { write!(f, " using {}", self.version) } else { Ok(()) }
    }
}

/// What one manager owns.
#[derive(Debug, Clone, Default)]
pub(super) struct Owned {
    pub(super) set: Set,
    /// The version whose fields these are.
    pub(super) version: String,
    pub(super) time: Option<String>,
}

/// All managers of an object.
#[derive(Debug, Clone, Default)]
pub(super) struct Managers(pub(super) BTreeMap<Manager, Owned>);

/// Managers that only update, beyond which the oldest are thrown together.
const MOST: usize = 10;

impl Managers {
    /// Those that `managedFields` tells; none where it is not there or makes no sense.
    pub(super) fn read(fields: Option<&Value>) -> Self {
        let entries = fields.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let read = |entry: &Value| {
            let text = |field: &str| entry[field].as_str().unwrap_or_default();
            let applies = match text("operation") {
                "Apply" => true,
                "Update" => false,
                _ => return None,
            };
            if text("apiVersion").is_empty() || text("fieldsType") != "FieldsV1" {
                return None;
            }
            let set = match &entry["fieldsV1"] {
                Value::Null => Set::default(),
                fields => Set::of_json(fields)?,
            };
            // A name is taken as it stands; only a server's own entries have one for sure.
            let mut manager = Manager::new("", applies, text("apiVersion"), text("subresource"));
            manager.name = text("manager").into();
            let time = entry["time"].as_str().map(ToOwned::to_owned);
            Some((manager, Owned { set, version: text("apiVersion").into(), time }))
        };
        let managers: Option<BTreeMap<_, _>> = entries.iter().map(read).collect();
        Self(managers.unwrap_or_default())
    }

    /// `managedFields`; `None` where there is none.
    pub(super) fn write(&self) -> Option<Value> {
        let mut entries: Vec<(&Manager, &Owned)> = self.0.iter().collect();
        entries.sort_by_key(|(manager, owned)| {
            let rest = (&manager.name, &owned.version, &manager.subresource);
            (manager.updates, &owned.time, rest)
        });
        let entries = entries.into_iter().map(|(manager, owned)| {
            let mut entry = Map::new();
            let operation = if manager.updates { "Update" } else { "Apply" };
            for (field, text) in [
                ("manager", manager.name.as_str()),
                ("operation", operation),
                ("apiVersion", &owned.version),
                ("time", owned.time.as_deref().unwrap_or_default()),
                ("fieldsType", "FieldsV1"),
                ("subresource", &manager.subresource),
            ] {
                if !text.is_empty() {
                    entry.insert(field.into(), text.into());
                }
            }
            entry.insert("fieldsV1".into(), owned.set.to_json());
            Value::Object(entry)
        });
        let entries: Vec<Value> = entries.collect();
        (!entries.is_empty()).then_some(Value::Array(entries))
    }

    /// Takes fields from a manager; one who has none left goes.
    pub(super) fn take(&mut self, manager: &Manager, fields: &Set) {
        if let Some(owned) = self.0.get_mut(manager)
            && !fields.is_empty()
        {
            owned.set = std::mem::take(&mut owned.set).difference(fields);
        }
    }

    /// Lets go who owns nothing.
    pub(super) fn drop_idle(&mut self) {
        self.0.retain(|_, owned| !owned.set.is_empty());
    }

    /// Throws the oldest managers that only update together, where there are too many.
    pub(super) fn cap(&mut self) {
        let mut updaters: Vec<Manager> = self.0.keys().filter(|manager| manager.updates).cloned().collect();
        let mut count = updaters.len();
        updaters.sort_by_key(|manager| (self.0[manager].time.clone(), manager.clone()));
        let mut first_of: BTreeMap<String, Manager> = BTreeMap::new();
        for manager in updaters {
            if count <= MOST {
                return;
            }
            let version = self.0[&manager].version.clone();
            let Some(first) = first_of.get(&version) else {
                first_of.insert(version, manager);
                continue;
            };
            let bucket = Manager::new("ancient-changes", false, &version, "");
            if !self.0.contains_key(&bucket)
                && let Some(owned) = self.0.remove(first)
            {
                self.0.insert(bucket.clone(), owned);
            }
            let Some(owned) = self.0.remove(&manager) else { continue };
            let all = self.0.entry(bucket).or_default();
            let before = std::mem::take(&mut all.set);
            *all = Owned { set: owned.set.union(before), ..owned };
            count -= 1;
        }
    }
}

/// `managedFields` without its times, to tell whether more than they has changed.
pub(in crate::testing) fn timeless(fields: Option<&Value>) -> Value {
    let mut entries = fields.cloned().unwrap_or_else(|| json!([]));
    for entry in entries.as_array_mut().into_iter().flatten() {
        if let Some(entry) = entry.as_object_mut() {
            entry.remove("time");
        }
    }
    // Their order is that of the times.
    if let Some(entries) = entries.as_array_mut() {
        entries.sort_by_cached_key(Value::to_string);
    }
    entries
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn owner(managers: &mut Managers, name: &str, second: usize) {
        let mut set = Set::default();
        set.add(&["data", name]);
        let time = Some(format!("2026-01-01T00:00:{second:02}Z"));
        managers.0.insert(Manager::new(name, false, "v1", ""), Owned { set, version: "v1".into(), time });
    }

    #[test]
    fn beyond_ten_the_oldest_updaters_are_thrown_together() {
        let mut managers = Managers::default();
        for turn in 0..12 {
            owner(&mut managers, &format!("m{turn}"), turn);
        }
        managers.cap();
        let names: Vec<&str> = managers.0.keys().map(|manager| manager.name.as_str()).collect();
        assert_eq!(names, ["ancient-changes", "m10", "m11", "m3", "m4", "m5", "m6", "m7", "m8", "m9"]);
        let ancient = managers.0.values().next().unwrap();
        assert_eq!(ancient.set.paths(), [".data.m0", ".data.m1", ".data.m2"]);
    }

    #[test]
    fn entries_are_written_as_they_were_read() {
        let fields = json!([
            { "manager": "b", "operation": "Apply", "apiVersion": "v1", "time": "2026-01-01T00:00:00Z",
              "fieldsType": "FieldsV1", "fieldsV1": { "f:data": { "f:a": {} } } },
            { "manager": "a", "operation": "Update", "apiVersion": "v1", "time": "2026-01-01T00:00:00Z",
              "fieldsType": "FieldsV1", "fieldsV1": { "f:status": {} }, "subresource": "status" },
        ]);
        assert_eq!(Managers::read(Some(&fields)).write(), Some(fields));
        assert_eq!(Managers::read(Some(&json!([{ "operation": "Odd" }]))).write(), None);
    }
}
