//! From a request to its answer.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts};
use serde_json::{Value, json};

use super::{
    body::Payload,
    cluster::{Api, DEFINITIONS},
    discovery, garbage,
    list::{Page, list},
    openapi,
    proto::{self, Form},
    request::{Path, Query, Request, Verb},
    review, scale,
    status::Status,
    store::Object,
    view::to_bytes,
    watch::Watch,
    write::{self, Deleted},
};

/// Answers one request.
pub(super) async fn answer(api: &Arc<Api>, parts: &Parts, body: &Bytes) -> Response<Payload> {
    let path = parts.uri.path();
    let mut answered = match Path::read(path) {
        Some(path) if !api.resources().has_group(&path.group) => {
            Ok(text_response(404, "404 page not found\n"))
        }
        Some(path) => {
            let query = Query::read(parts.uri.query());
            match Request::resolve(&api.resources(), &parts.method, path, query, &parts.headers) {
                Ok(mut request) => {
                    request.reader = parts.extensions.get().copied();
                    let defines = request.resource.collection() == DEFINITIONS && !request.verb.reads();
                    let writes = !request.verb.reads();
                    let answered = of_resource(api, request, parts, body).await;
                    if writes {
                        garbage::welcome(api);
                    }
                    if defines {
                        api.serve_definitions();
                    }
                    answered
                }
                Err(status) => Err(status),
            }
        }
        None => of_server(api, path, parts),
    };
    api.tend();
    if let Ok(response) = &mut answered {
        in_protobuf(response, &parts.headers);
    }
    answered.unwrap_or_else(|status| refused(&status, &parts.headers))
}

/// Writes an answer that is one object in protobuf, where that is what was asked for first.
fn in_protobuf(response: &mut Response<Payload>, headers: &HeaderMap) {
    let Some(object) = response.body().whole().and_then(|body| proto::preferred(headers, body)) else {
        return;
    };
    *response.body_mut() = object.into();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(proto::MEDIA_TYPE));
}

/// The answer to a request that failed.
pub(super) fn refused(status: &Status, headers: &HeaderMap) -> Response<Payload> {
    if status.is_plain() {
        return text_response(404, "404 page not found\n");
    }
    let mut response = json_response(status.code, to_bytes(&status.to_value()));
    if proto::prefers_for_status(headers) {
        in_protobuf(&mut response, headers);
    }
    if let Some(seconds) = status.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

async fn of_resource(
    api: &Arc<Api>,
    mut request: Request,
    parts: &Parts,
    body: &Bytes,
) -> Result<Response<Payload>, Status> {
    let read;
    let body = if request.content_type == proto::MEDIA_TYPE {
        let object =
            proto::read(body).ok_or_else(|| Status::bad_request("the body is no object in protobuf"))?;
        request.content_type = "application/json".into();
        read = to_bytes(&object);
        &read
    } else {
        body
    };
    let form = Form::accepted(&parts.headers, &request.resource, api.clock.now())?;
    let view = form.view;
    let scaled = request.subresource.as_deref() == Some("scale");
    let resource = Arc::clone(&request.resource);
    let show = |object: &Object| {
        if scaled {
            return scale::of(&resource, &object.document()).map(|scale| to_bytes(&scale.into_value()));
        }
        Ok(view.object(&resource, object))
    };
    let object = |code: u16, object: &Object| show(object).map(|body| json_response(code, body));
    Ok(match request.verb {
        Verb::List => page_response(list(api, &request, form).await?),
        Verb::Watch => {
            let media_type = form.media_type(true);
            response(200, Payload::watch(Watch::open(api, request, form)?), media_type)
        }
        Verb::Get => {
            if let Some(version) = request.query.get("resourceVersion").and_then(|text| text.parse().ok()) {
                api.reach(version).await?;
            }
            object(200, &*get(api, &request)?)?
        }
        Verb::Create if matches!(request.subresource.as_deref(), Some("binding" | "eviction")) => {
            json_response(201, to_bytes(&write::create_part(api, &request, body)?))
        }
        Verb::Create if !request.resource.verbs.iter().any(|verb| verb == "get") => {
            let review = write::read_review(api, &request, body)?;
            let answer = review::answer(&request.resource, review).ok_or_else(Status::method_not_allowed)?;
            json_response(201, to_bytes(&answer))
        }
        Verb::Create if request.subresource.is_some() => return Err(Status::method_not_allowed()),
        Verb::Create => object(201, &*write::create(api, &request, body)?)?,
        Verb::Update => {
            let (updated, created) = write::update(api, &request, body)?;
            object(if created { 201 } else { 200 }, &updated)?
        }
        Verb::Patch => {
            let (patched, created) = write::patch(api, &request, body)?;
            object(if created { 201 } else { 200 }, &patched)?
        }
        Verb::Delete => match write::delete(api, &request, body)? {
            Deleted::Object(deleted) => object(200, &deleted)?,
            Deleted::Status(status) => json_response(200, to_bytes(&status)),
        },
        Verb::DeleteCollection => {
            let (version, deleted) = write::delete_collection(api, &request, body)?;
            page_response(Page::of(form, &request, version, deleted))
        }
    })
}

fn get(api: &Api, request: &Request) -> Result<Arc<Object>, Status> {
    let mut state = api.store.lock();
    let collection = state.collection(&request.resource.collection());
    let object = collection.get(&request.key(request.name())).cloned();
    object.ok_or_else(|| Status::not_found(&request.resource, request.name()))
}

/// Paths that name no resource.
fn of_server(api: &Api, path: &str, parts: &Parts) -> Result<Response<Payload>, Status> {
    let path = path.trim_end_matches('/');
    if let Some((document, content_type)) = discovery::document(&api.resources(), path, &parts.headers) {
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            return Err(Status::method_not_allowed());
        }
        return Ok(response(200, to_bytes(&document).into(), content_type));
    }
    if let Some(document) = openapi::document(&api.resources(), path) {
        return Ok(json_response(200, to_bytes(&document)));
    }
    match path {
        "/version" => Ok(json_response(200, to_bytes(&version()))),
        "/healthz" | "/livez" | "/readyz" => Ok(text_response(200, "ok")),
        _ if path.starts_with("/api/") => Err(Status::unknown_resource()),
        _ if path
            .strip_prefix("/apis/")
            .is_some_and(|rest| api.resources().has_group(rest.split('/').next().unwrap_or_default())) =>
        {
            Err(Status::unknown_resource())
        }
        _ => Ok(text_response(404, "404 page not found\n")),
    }
}

/// The Kubernetes whose data the tables are made of.
fn version() -> Value {
    json!({
        "major": "1",
        "minor": "37",
        "gitVersion": "v1.37.2",
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "",
        "compiler": "",
        "platform": "",
    })
}

fn response(code: u16, body: Payload, content_type: &'static str) -> Response<Payload> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    response
}

fn json_response(code: u16, body: Bytes) -> Response<Payload> {
    response(code, body.into(), "application/json")
}

fn text_response(code: u16, body: &'static str) -> Response<Payload> {
    response(code, Bytes::from_static(body.as_bytes()).into(), "text/plain; charset=utf-8")
}

fn page_response(page: Page) -> Response<Payload> {
    let media_type = page.media_type();
    response(200, Payload::page(page), media_type)
}
