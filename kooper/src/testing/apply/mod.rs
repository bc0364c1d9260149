//! Who owns which field of an object, and server-side apply.
//!
//! The rules are those of `sigs.k8s.io/structured-merge-diff` as kube-apiserver wraps it
//! (`k8s.io/apimachinery/pkg/util/managedfields`): sets of fields for each manager, operation, version and subresource;
//! an update takes what it touches, an apply owns what it says, leaves alone what it does not, and removes what it owned
//! before and says no more.

mod compare;
mod conflict;
mod managers;
mod merge;
mod reset;
mod set;
mod shape;

use std::sync::Arc;

use http::{HeaderMap, header};
use serde_json::Value;

use super::{
    convert,
    decode::Decoder,
    document::Document,
    request::Request,
    resources::{Resource, Resources, split_api_version},
    scale,
    schema::Schema,
    status::Status,
};
use compare::Change;
use conflict::{Refusal, conflict};
pub(super) use managers::timeless;
use managers::{Manager, Managers, Owned};
use reset::{STRIPPED, reset};
use set::Set;
use shape::Shape;

/// The manager of fields that were there before anybody was asked to manage them.
const BEFORE: &str = "before-first-apply";
const FIELDS: &str = "managedFields";

/// The name that a client goes by where it gives none: the first part of its user agent.
pub(super) fn manager_of(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = agent.split('/').next().unwrap_or_default();
    first.chars().filter(|c| !c.is_control()).take(128).collect()
}

/// Somebody who writes to an object in one of its versions.
pub(super) struct Writer {
    resource: Arc<Resource>,
    resources: Arc<Resources>,
    name: String,
    subresource: String,
    /// Fields that this part of the object does not write.
    reset: Set,
    now: String,
}

impl Writer {
    /// The one who asks.
    pub(super) fn of(request: &Request, resources: Arc<Resources>, now: String) -> Self {
        let subresource = request.subresource.as_deref().unwrap_or_default();
        Self::new(Arc::clone(&request.resource), resources, request.manager(), subresource, now)
    }

    /// A manager of this name.
    pub(super) fn new(
        resource: Arc<Resource>,
        resources: Arc<Resources>,
        name: &str,
        subresource: &str,
        now: String,
    ) -> Self {
        let reset = reset(&resource, subresource);
        Self { resource, resources, name: name.into(), subresource: subresource.into(), reset, now }
    }

    /// Notes in `new` who owns what after it took the place of `live`; both as the resource's version shows them. `live` is
    /// `None` where the object is created.
    pub(super) fn update(&self, live: Option<&Document>, new: &mut Document) {
        let known = live.and_then(Document::metadata).and_then(|metadata| metadata.get(FIELDS)).cloned();
        let sent = new.metadata_mut().remove(FIELDS);
        let asks_for_none = sent.as_ref().is_some_and(|sent| *sent == serde_json::json!([{}]));
        let mut managers = Managers::read(sent.as_ref().filter(|_| self.subresource.is_empty()));
        if managers.0.is_empty() && !asks_for_none {
            managers = Managers::read(known.as_ref());
        }
        // What nobody managed yet stays so.
        if live.is_some() && !self.is_managed(&managers) {
            if let Some(fields) = managers.write() {
                new.set_meta(FIELDS, fields);
            }
            return;
        }
        let empty;
        let live = if let Some(live) = live {
            live
        } else {
            empty = self.empty();
            &empty
        };
        let written = match self.take(live, new, managers, &self.name) {
            Ok(mut managers) => {
                managers.cap();
                managers.write()
            }
            // An object that can't be told from another keeps its owners.
            Err(_) => known,
        };
        if let Some(fields) = written {
            new.set_meta(FIELDS, fields);
        }
    }

    /// Whether somebody owns something of the part that is written.
    fn is_managed(&self, managers: &Managers) -> bool {
        if self.subresource != "scale" {
            return !managers.0.is_empty();
        }
        let replicas = self.replicas();
        managers.0.values().any(|owned| !owned.set.intersection(&replicas).is_empty())
    }

    /// What a scale writes.
    fn replicas(&self) -> Set {
        let mut set = Set::default();
        set.add(&scale::replicas(&self.resource).split('/').collect::<Vec<_>>());
        set
    }

    /// The managers after an update: it takes what it touches from all others.
    fn take(
        &self,
        live: &Document,
        new: &Document,
        mut managers: Managers,
        name: &str,
    ) -> Result<Managers, String> {
        let version = self.resource.api_version();
        let own = self.change(live, new, &version)?;
        self.dispossess(live, new, &mut managers, &own, None)?;
        let touched = own.into_touched().difference(&STRIPPED);
        if !touched.is_empty() {
            let manager = Manager::new(name, false, &version, &self.subresource);
            let owned = managers.0.entry(manager).or_default();
            let time = self.time(owned);
            let before = std::mem::take(&mut owned.set);
            *owned = Owned { set: touched.union(before), version, time };
        }
        Ok(managers)
    }

    /// Takes from all but `own` what has changed; tells who lost what.
    fn dispossess(
        &self,
        live: &Document,
        new: &Document,
        managers: &mut Managers,
        change: &Change,
        own: Option<&Manager>,
    ) -> Result<Vec<(Manager, Set)>, String> {
        let version = self.resource.api_version();
        let mut lost = Vec::new();
        if managers.0.is_empty() {
            return Ok(lost);
        }
        let touched = change.touched();
        for (manager, owned) in managers.0.clone() {
            if Some(&manager) == own {
                continue;
            }
            let (other, of_other);
            let (removed, touched) = if owned.version == version {
                (&change.removed, &touched)
            } else {
                let both = self.shown(live, &owned.version).zip(self.shown(new, &owned.version));
                let Some((live, new)) = both else {
                    // A version that is served no more has no owners.
                    managers.0.remove(&manager);
                    continue;
                };
                other = self.change(&live, &new, &owned.version)?;
                of_other = other.touched();
                (&other.removed, &of_other)
            };
            let conflict = owned.set.intersection(touched);
            managers.take(&manager, &conflict);
            managers.take(&manager, removed);
            if !conflict.is_empty() {
                lost.push((manager, conflict));
            }
        }
        managers.drop_idle();
        Ok(lost)
    }

    /// What a request for an apply makes of `live`; `None` where nothing changes but who owns what. `live` is `None` where the
    /// object is created.
    pub(super) fn apply(
        &self,
        live: Option<&Document>,
        applied: &Document,
        force: bool,
    ) -> Result<Document, Status> {
        let version = self.resource.api_version();
        if (applied.text("apiVersion"), applied.text("kind")) != (&version, &self.resource.kind) {
            let (group, version) = split_api_version(applied.text("apiVersion"));
            let kind = applied.text("kind");
            return Err(Status::bad_request(format!("invalid object type: {group}/{version}, Kind={kind}")));
        }
        if applied.metadata().is_some_and(|metadata| metadata.contains_key(FIELDS)) {
            return Err(Status::bad_request("metadata.managedFields must be nil"));
        }
        let wrong = merge::check(Shape::of(&self.resource), &Value::Object(applied.0.clone()));
        if !wrong.is_empty() {
            return Err(self.untyped(applied, &wrong));
        }
        let internal = |why: String| Status::new(500, "", why);
        let mut managers = Managers::read(live.and_then(|live| live.metadata()?.get(FIELDS)));
        let mut before = live.cloned().unwrap_or_else(|| self.empty());
        before.clear_meta(FIELDS);
        if live.is_some() && !self.is_managed(&managers) {
            if self.subresource == "scale" {
                let before = Manager::new(BEFORE, false, &version, "scale");
                managers
                    .0
                    .insert(before, Owned { set: self.replicas(), version: version.clone(), time: None });
            } else {
                managers = self.take(&self.empty(), &before, managers, BEFORE).map_err(internal)?;
            }
        }
        let first = self.lay_over(&before, applied, managers.clone(), force);
        let (mut new, managers) = match first {
            Err(Refusal::Conflicts(conflicts)) if self.name == "kubectl" => {
                let allowed = self.last_applied(&before);
                let left: Vec<(Manager, Set)> = conflicts
                    .into_iter()
                    .map(|(manager, set)| {
                        (manager, allowed.as_ref().map_or(set.clone(), |own| set.difference(own)))
                    })
                    .filter(|(_, set)| !set.is_empty())
                    .collect();
                if !left.is_empty() {
                    return Err(self.refused(Refusal::Conflicts(left)));
                }
                self.lay_over(&before, applied, managers, true).map_err(|why| self.refused(why))?
            }
            first => first.map_err(|why| self.refused(why))?,
        };
        self.renew_last_applied(&mut new, applied);
        if let Some(fields) = managers.write() {
            new.set_meta(FIELDS, fields);
        }
        Ok(new)
    }

    /// Merges, prunes what is said no more, and settles who owns what.
    fn lay_over(
        &self,
        live: &Document,
        applied: &Document,
        mut managers: Managers,
        force: bool,
    ) -> Result<(Document, Managers), Refusal> {
        let version = self.resource.api_version();
        let shape = Shape::of(&self.resource);
        let (old, patch) = (Value::Object(live.0.clone()), Value::Object(applied.0.clone()));
        let merged = merge::merge(shape, Some(&old), Some(&patch));
        let merged = merged.and_then(Document::new).unwrap_or_else(|| live.clone());
        let own = Manager::new(&self.name, true, &version, &self.subresource);
        let last = managers.0.remove(&own);
        let set = merge::fields(shape, &patch).recursive_difference(&self.reset);
        let time = last.as_ref().and_then(|last| last.time.clone());
        managers.0.insert(own.clone(), Owned { set, version: version.clone(), time });
        let new = match &last {
            Some(last) if !last.set.is_empty() => self.prune(merged, &managers, last),
            _ => merged,
        };
        let change = self.change(live, &new, &version).map_err(|why| {
            Refusal::Status(Box::new(Status::new(500, "", format!("failed to compare objects: {why}"))))
        })?;
        let mut settled = managers.clone();
        let conflicts = self
            .dispossess(live, &new, &mut settled, &change, Some(&own))
            .map_err(|why| Refusal::Status(Box::new(Status::new(500, "", why))))?;
        if !force && !conflicts.is_empty() {
            return Err(Refusal::Conflicts(conflicts));
        }
        if let Some(owned) = settled.0.get_mut(&own) {
            owned.set = std::mem::take(&mut owned.set).difference(&STRIPPED);
            if new != *live {
                owned.time = self.time(owned);
            }
        }
        settled.drop_idle();
        Ok((new, settled))
    }

    /// Takes out of `merged` what only the manager who applies had owned and says no more.
    fn prune(&self, merged: Document, managers: &Managers, last: &Owned) -> Document {
        let Some(at_last) = self.shown(&merged, &last.version) else { return merged };
        let Some(resource) = self.version(&last.version) else { return merged };
        let shape = Shape::of(&resource);
        let named = |set: &Set| merge::with_named(Some(shape), set);
        let without = |document: &Document, set: &Set| {
            let left = merge::remove(shape, &Value::Object(document.0.clone()), set);
            left.and_then(Document::new).unwrap_or_else(|| Document(serde_json::Map::new()))
        };
        let fields = |document: &Document| named(&merge::fields(shape, &Value::Object(document.0.clone())));
        let mut pruned = without(&at_last, &named(&last.set));
        let all = fields(&at_last);
        let mut owned = Set::default();
        for other in managers.0.values().filter(|other| self.shown(&merged, &other.version).is_some()) {
            owned = owned.union(other.set.clone());
        }
        // What another one owns stays, and so does what stood below a removed field and was never the manager's.
        pruned = without(&at_last, &all.clone().difference(&fields(&pruned).union(named(&owned))));
        let gone = all.difference(&fields(&pruned));
        pruned = without(&at_last, &gone.intersection(&named(&last.set)));
        self.shown(&pruned, &self.resource.api_version()).unwrap_or(pruned)
    }

    /// When an entry was written last; a server tells no time of those that came by way of a scale.
    fn time(&self, before: &Owned) -> Option<String> {
        if self.subresource == "scale" { before.time.clone() } else { Some(self.now.clone()) }
    }

    fn change(&self, live: &Document, new: &Document, version: &str) -> Result<Change, String> {
        let resource = self.version(version).ok_or_else(|| format!("no version {version}"))?;
        let change = Change::between(Shape::of(&resource), live, new)?;
        Ok(change.except(&self.reset))
    }

    /// The resource in a version.
    fn version(&self, version: &str) -> Option<Arc<Resource>> {
        if version == self.resource.api_version() {
            return Some(Arc::clone(&self.resource));
        }
        let (group, version) = split_api_version(version);
        let found = self.resources.find(group, version, &self.resource.plural)?;
        (found.collection() == self.resource.collection()).then_some(found)
    }

    /// The object as a version shows it.
    fn shown(&self, document: &Document, version: &str) -> Option<Document> {
        let resource = self.version(version)?;
        let mut document = document.clone();
        if document.text("apiVersion") != version {
            convert::shown(&resource, &mut document);
        }
        Some(document)
    }

    /// An object of the kind in which nothing is set.
    fn empty(&self) -> Document {
        let mut fields = serde_json::Map::new();
        if self.resource.custom.is_none()
            && let Some(of) = Schema::builtin().of_kind(&self.resource.api_version(), &self.resource.kind)
            && let Ok(empty) = Decoder::new(false).object(of, serde_json::Map::new())
        {
            fields = empty;
        }
        fields.insert("apiVersion".into(), self.resource.api_version().into());
        fields.insert("kind".into(), self.resource.kind.as_str().into());
        Document(fields)
    }

    /// The applied object is none of its type.
    fn untyped(&self, applied: &Document, wrong: &[String]) -> Status {
        let (namespace, name) = (applied.meta("namespace"), applied.name());
        let (group, version) = (&self.resource.group, &self.resource.version);
        let told = match wrong {
            [one] => one.clone(),
            more => format!("errors:\n  {}", more.join("\n  ")),
        };
        let kind = &self.resource.kind;
        let place = format!("{namespace}/{name}; {group}/{version}, Kind={kind}");
        Status::new(500, "", format!("failed to create typed patch object ({place}): {told}"))
    }

    fn refused(&self, why: Refusal) -> Status {
        match why {
            Refusal::Conflicts(mut conflicts) => {
                if self.subresource == "scale" {
                    for (manager, _) in &mut conflicts {
                        manager.show_version("autoscaling/v1");
                    }
                }
                conflict(&conflicts)
            }
            Refusal::Status(status) => *status,
        }
    }

    /// What the annotation of a client-side apply says and the object still has: who applies it takes it with no conflict.
    fn last_applied(&self, live: &Document) -> Option<Set> {
        let text = live.metadata()?.get("annotations")?.get(LAST_APPLIED)?.as_str()?;
        let last = Document::new(serde_json::from_str(text).ok()?)?;
        if last.text("apiVersion") != self.resource.api_version() {
            return None;
        }
        let shape = Shape::of(&self.resource);
        let change = Change::between(shape, &last, live).ok()?;
        let own = merge::fields(shape, &last.into_value()).difference(&change.modified);
        Some(own.difference(&change.added).difference(&change.removed))
    }

    /// Keeps the annotation of a client-side apply true, for those who go back to it.
    fn renew_last_applied(&self, new: &mut Document, applied: &Document) {
        if self.name != "kubectl" {
            return;
        }
        let annotations = new.metadata_mut().get_mut("annotations").and_then(Value::as_object_mut);
        let Some(slot) = annotations.and_then(|annotations| annotations.get_mut(LAST_APPLIED)) else {
            return;
        };
        let mut own = applied.clone();
        if let Some(annotations) = own.metadata_mut().get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove(LAST_APPLIED);
        }
        *slot = format!("{}\n", own.into_value()).into();
    }
}

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
