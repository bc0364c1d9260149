//! Lists: a consistent state, whole or by pages.

use std::{collections::VecDeque, sync::Arc};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    cluster::Api,
    proto::Form,
    request::Request,
    resources::Resource,
    selector::Selector,
    status::{Cause, Status},
    store::{Object, Range},
    view::to_bytes,
};
use crate::{ObjectKey, wire::protobuf::encode};

/// Bytes of a list that are put together at once.
const FRAME: usize = 64 << 10;

/// The options of a list or watch that are about versions.
#[derive(Debug, Clone, Default)]
pub(super) struct Versions {
    pub(super) version: Option<u64>,
    exact: bool,
}

impl Versions {
    /// Reads and checks the options, by the rules of `meta.k8s.io` `ListOptions`.
    pub(super) fn of(request: &Request, watch: bool) -> Result<Self, Status> {
        let query = &request.query;
        let version = query.get("resourceVersion");
        let how = query.get("resourceVersionMatch").unwrap_or_default();
        let initial = query.get("sendInitialEvents");
        let mut causes = Vec::new();
        let mut forbid = |field: &str, why: &str| causes.push(Cause::forbidden(field, why));
        if watch {
            let needed = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
            let unasked = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided";
            match (initial.is_some(), how) {
                (true, "NotOlderThan") | (false, "") => {}
                (true, _) => forbid("resourceVersionMatch", needed),
                (false, _) => forbid("resourceVersionMatch", unasked),
            }
            if initial.is_some() && !matches!(how, "" | "NotOlderThan") {
                causes.push(Cause::unsupported("resourceVersionMatch", how, &["NotOlderThan"]));
            }
        } else {
            if initial.is_some() {
                forbid("sendInitialEvents", "sendInitialEvents is forbidden for list");
            }
            if !how.is_empty() {
                if version.is_none() {
                    let why = "resourceVersionMatch is forbidden unless resourceVersion is provided";
                    forbid("resourceVersionMatch", why);
                }
                if query.get("continue").is_some() {
                    forbid(
                        "resourceVersionMatch",
                        "resourceVersionMatch is forbidden when continue is provided",
                    );
                }
                if !matches!(how, "Exact" | "NotOlderThan") {
                    let known = ["Exact", "NotOlderThan", ""];
                    causes.push(Cause::unsupported("resourceVersionMatch", how, &known));
                }
                if how == "Exact" && version == Some("0") {
                    let why = "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"";
                    causes.push(Cause::forbidden("resourceVersionMatch", why));
                }
            }
        }
        if !causes.is_empty() {
            return Err(Status::invalid("meta.k8s.io", "ListOptions", "", causes));
        }
        query.number("timeoutSeconds")?;
        let limited = query.number("limit")?.is_some_and(|limit| limit > 0);
        let parsed = version.map(str::parse::<u64>);
        let wrong = |version: &str| {
            let why = format!(
                "resourceVersion: Invalid value: \"{version}\": strconv.ParseUint: parsing \"{version}\": invalid syntax"
            );
            if watch {
                Status::new(500, "", why)
            } else {
                Status::bad_request(format!("invalid resource version: {why}"))
            }
        };
        let version = parsed.transpose().map_err(|_| wrong(version.unwrap_or_default()))?;
        let positive = version.is_some_and(|version| version > 0);
        Ok(Self { version, exact: positive && (how == "Exact" || (how.is_empty() && limited)) })
    }
}

/// Where the next page begins.
#[derive(Debug, PartialEq)]
struct Token {
    version: u64,
    after: ObjectKey,
}

impl Token {
    fn write(&self) -> String {
        let after = self.after.to_string();
        let token = json!({ "v": "meta.k8s.io/v1", "rv": self.version, "start": after });
        BASE64_URL_SAFE_NO_PAD.encode(token.to_string())
    }

    fn read(text: &str) -> Result<Self, Status> {
        let bad = |why: String| {
            Status::bad_request(format!("invalid continue token: continue key is not valid: {why}"))
        };
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|error| bad(error.to_string()))?;
        let token: Value = serde_json::from_slice(&bytes).map_err(|_| {
            let first = char::from(bytes.first().copied().unwrap_or(b' '));
            bad(format!("invalid character '{first}' looking for beginning of value"))
        })?;
        let after = token["start"].as_str().and_then(|start| start.parse().ok());
        match (token["rv"].as_u64(), after) {
            (Some(version), Some(after)) => Ok(Self { version, after }),
            _ => Err(bad("it names no version and no key".into())),
        }
    }
}

/// The objects of one answer, written as they are sent.
#[derive(Debug)]
pub(super) struct Page {
    form: Form,
    resource: Arc<Resource>,
    head: Option<Vec<u8>>,
    objects: VecDeque<Arc<Object>>,
    /// The objects in protobuf, where a list says before the first how long all are.
    messages: VecDeque<Bytes>,
    first: bool,
    done: bool,
}

impl Page {
    fn new(form: Form, request: &Request, metadata: &Value, objects: VecDeque<Arc<Object>>) -> Self {
        if form.protobuf.is_some() {
            return Self::of_messages(form, request, metadata, &objects);
        }
        let view = form.view;
        let mut metadata = metadata.clone();
        if request.resource.custom.is_some() && metadata["continue"].is_null() {
            metadata["continue"] = "".into();
        }
        let (kind, api_version) = view.list_head(&request.resource);
        let head = json!({ "kind": kind, "apiVersion": api_version, "metadata": metadata });
        let mut head = to_bytes(&head).to_vec();
        head.pop();
        head.extend_from_slice(view.list_field(&request.resource).as_bytes());
        Self::beginning_with(head, form, request, objects, VecDeque::new())
    }

    fn of_messages(form: Form, request: &Request, metadata: &Value, objects: &VecDeque<Arc<Object>>) -> Self {
        let Some(sent) = &form.protobuf else { unreachable!("asked for by those in protobuf only") };
        let items = objects.iter().map(|object| form.message(sent, &request.resource, object));
        let messages: VecDeque<Bytes> = items.map(|item| encode::item(&item).into()).collect();
        let length = messages.iter().map(Bytes::len).sum();
        let head = encode::list_head(&sent.api_version, &format!("{}List", sent.kind), metadata, length);
        Self::beginning_with(head, form, request, VecDeque::new(), messages)
    }

    fn beginning_with(
        head: Vec<u8>,
        form: Form,
        request: &Request,
        objects: VecDeque<Arc<Object>>,
        messages: VecDeque<Bytes>,
    ) -> Self {
        let resource = Arc::clone(&request.resource);
        Self { form, resource, head: Some(head), objects, messages, first: true, done: false }
    }

    /// How it is written.
    pub(super) fn media_type(&self) -> &'static str {
        self.form.media_type(false)
    }

    /// A list of these objects in this version.
    pub(super) fn of(form: Form, request: &Request, version: u64, objects: Vec<Arc<Object>>) -> Self {
        Self::new(form, request, &json!({ "resourceVersion": version.to_string() }), objects.into())
    }

    /// The next bytes of the list; `None` after the last.
    pub(super) fn next_frame(&mut self) -> Option<Bytes> {
        if self.done {
            return None;
        }
        let mut frame = self.head.take().unwrap_or_default();
        if self.form.protobuf.is_some() {
            while frame.len() < FRAME
                && let Some(message) = self.messages.pop_front()
            {
                frame.extend_from_slice(&message);
            }
            if self.messages.is_empty() {
                frame.extend_from_slice(encode::list_tail());
                self.done = true;
            }
            return Some(frame.into());
        }
        while frame.len() < FRAME {
            let Some(object) = self.objects.pop_front() else {
                frame.extend_from_slice(b"]}");
                self.done = true;
                break;
            };
            if !std::mem::replace(&mut self.first, false) {
                frame.push(b',');
            }
            self.form.view.item(&self.resource, &object, &mut frame);
        }
        Some(frame.into())
    }
}

/// Answers a list.
pub(super) async fn list(api: &Api, request: &Request, form: Form) -> Result<Page, Status> {
    let selector = Selector::of(request)?;
    let versions = Versions::of(request, false)?;
    let limit = request.query.number("limit")?.filter(|limit| *limit > 0);
    let limit = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let token = request.query.get("continue").map(Token::read).transpose()?;
    if let Some(version) = versions.version {
        api.reach(version).await?;
    }

    let part = take(api, request, &selector, &versions, token.as_ref(), limit)?;
    let mut metadata = json!({ "resourceVersion": part.version.to_string() });
    if let Some(after) = part.more {
        metadata["continue"] = Token { version: part.version, after }.write().into();
        if part.left > 0 {
            metadata["remainingItemCount"] = part.left.into();
        }
    }
    Ok(Page::new(form, request, &metadata, part.objects))
}

/// What a page takes of a state.
struct Taken {
    version: u64,
    objects: VecDeque<Arc<Object>>,
    /// The key after which there is more.
    more: Option<ObjectKey>,
    /// How much more; 0 where a selector makes it unknown.
    left: usize,
}

fn take(
    api: &Api,
    request: &Request,
    selector: &Selector,
    versions: &Versions,
    token: Option<&Token>,
    limit: usize,
) -> Result<Taken, Status> {
    let mut state = api.store.lock();
    let version = match token {
        Some(token) => token.version,
        None if versions.exact => versions.version.unwrap_or(state.version),
        None => state.version,
    };
    let collection = state.collection(&request.resource.collection());
    let range = Range { namespace: request.namespace.as_deref(), after: token.map(|token| &token.after) };
    let past;
    let objects: &mut dyn Iterator<Item = &Arc<Object>> = if collection.unchanged_since(version) {
        &mut collection.now(range)
    } else {
        past = collection
            .at(version, range)
            .ok_or_else(|| Status::expired(if token.is_some() { OLD_TOKEN } else { OLD_VERSION }))?;
        &mut past.values()
    };
    let mut page = VecDeque::new();
    let mut more = None;
    let mut left = 0;
    while let Some(object) = objects.next() {
        if !selector.matches(object) {
            continue;
        }
        if page.len() == limit {
            more = page.back().map(|last: &Arc<Object>| last.key.clone());
            left = if selector.is_empty() { objects.count() + 1 } else { 0 };
            break;
        }
        page.push_back(Arc::clone(object));
    }
    Ok(Taken { version, objects: page, more, left })
}

const OLD_VERSION: &str = "The resourceVersion for the provided list is too old.";
const OLD_TOKEN: &str = "The provided continue parameter is too old to display a consistent list result. You can start a new list \
    without the continue parameter.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written() {
        let token = Token { version: 7, after: ObjectKey::namespaced("default", "web") };
        assert_eq!(Token::read(&token.write()), Ok(token));
        let error = Token::read("abc").expect_err("no token");
        assert!(error.message.starts_with("invalid continue token: continue key is not valid"), "{error:?}");
    }
}
