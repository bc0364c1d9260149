//! Encodings: what objects are written in on their way from the API server.
//!
//! There is nothing to do: built-in types are read from Kubernetes' protobuf where that works, all else from JSON.
//! `resource = Pod` is the same `Pod` of `k8s_openapi` either way, with the same values.
//!
//! # Why
//!
//! The API server makes and sends protobuf in half the time of JSON, and Kooper keeps each object as the bytes it came in:
//! they are a third shorter. `managedFields`, more than half of an object's bytes, are cut out of both.
//!
//! `cargo bench -p kooper --bench server` fills a real kube-apiserver 1.37 with 20,000 pods (5.7 kB each in JSON, 4.4 kB in
//! protobuf) and runs each side from its start to all handled once. Medians of three rounds on two cores that the server shared and
//! nothing else; the ratios to kube-rs' `Controller` in the same round stand in brackets:
//!
//! | | first handled | all handled | processor time | peak memory | processor time of the server |
//! |---|---|---|---|---|---|
//! | kube-rs | 3.59 s | 3.83 s | 2.85 s | 1,123 MB | 2.3 s |
//! | protobuf, a stream | 0.07 s | 0.75 s (0.20) | 0.63 s (0.22) | 57 MB (0.05) | 0.8 s |
//! | protobuf, pages | 0.07 s | 0.91 s (0.23) | 0.61 s (0.21) | 57 MB (0.05) | 1.1 s |
//! | protobuf, the cache's list | 0.21 s | 0.72 s (0.19) | 0.60 s (0.21) | 57 MB (0.05) | 0.8 s |
//! | JSON | 0.09 s | 2.59 s (0.68) | 1.18 s (0.41) | 80 MB (0.07) | 3.4 s |
//! | kube-rs, metadata alone | 1.93 s | 2.16 s (0.58) | 1.58 s (0.55) | 730 MB (0.65) | 0.9 s |
//! | protobuf, metadata alone | 0.07 s | 0.50 s (0.12) | 0.17 s (0.06) | 30 MB (0.03) | 0.8 s |
//!
//! 5,000 changes after that cost 0.35 s of processor time, kube-rs 0.85 s.
//!
//! A controller of pods grows by 0.90 MB for it, from 12.1 to 13.0: the README's program in two release builds, stripped, of which
//! one has no protobuf. 0.14 MB are the table; the rest is the decoder, and the code of `Pod` and all in it as the decoder calls it.
//! `.ci/binary-growth` measures it.
//!
//! # When
//!
//! | what | encoding |
//! |---|---|
//! | a built-in type of `k8s_openapi` | protobuf |
//! | a struct of your own over a built-in kind | protobuf, if each field that it names is known and none is `#[serde(flatten)]` or any value |
//! | a custom resource | JSON: the API server has no protobuf for them |
//! | the [metadata alone](#metadata-alone) of any of these | protobuf |
//! | an aggregated API, or a proxy that answers JSON only | JSON |
//!
//! Kooper asks for both, and the answer's `Content-Type` decides, each time anew. So what the server does cannot be wrong,
//! and no request is made twice. But some servers, and some proxies, refuse a request that names what they do not know, though
//! it names JSON as well (406 Not Acceptable): such a resource is asked for in JSON at once, and for as long as the controller
//! runs; then, for the metadata alone, in whole objects. A line of level INFO says so.
//!
//! # Metadata alone
//!
//! A controller that goes by labels, annotations, owners or finalizers needs no more than those, and
//! [`PartialObjectMeta`](kube::core::PartialObjectMeta) as its resource says so. The server then sends the metadata and nothing
//! else, in protobuf for custom resources as well:
//!
//! ```
//! use k8s_openapi::api::core::v1::Pod;
//! use kooper::{Context, controller};
//! use kube::core::PartialObjectMeta;
//!
//! struct Unowned;
//!
//! #[controller(resource = PartialObjectMeta<Pod>)]
//! impl Unowned {
//!     async fn add(&self, ctx: Context, pod: PartialObjectMeta<Pod>) -> kooper::Result {
//!         if pod.metadata.owner_references.is_none() {
//!             println!("nobody owns {}", ctx.key());
//!         }
//!         Ok(())
//!     }
//! }
//! ```
//!
//! There is nothing else in the store either, so `StoredObject::decode` into a `Pod` is an error, never a pod without a spec.
//! And a change of the spec is known by `metadata.generation` only: where a kind has none (config maps, secrets), a change
//! waits for the backoff of an object that fails. An aggregated API that cannot do this sends whole objects, of which the
//! metadata is read.
//!
//! # Nothing is lost without a word
//!
//! Protobuf has numbers in place of names, and Kooper has a table of them, made from Kubernetes v1.37. Fields that a newer
//! server sends and your type does not have are passed over, as with JSON. If your type has a field that the table does not
//! have, a newer `k8s-openapi` for one, then protobuf would lose it: so before the first list each field of the type, and of
//! all types in it, is looked up. If one is missing, that controller asks for JSON, and one warning says which field of which
//! type it was.
//!
//! Other types, in [`StoredObject::decode`](crate::StoredObject::decode) and
//! [`Context::last_seen`](crate::Context::last_seen), are looked at as they are decoded: one that names an unknown field, or that
//! takes whatever comes and meets a field that only a newer server knows, is an error, and never an object with less in it.
//!
//! # How everything is read
//!
//! | way | what it holds | when |
//! |---|---|---|
//! | a streaming list | nothing older than the moment it was asked for | always, but for metadata alone, where the server has them |
//! | pages, of 500 at first so that handlers begin at once, then of 10,000 | the same | for metadata alone; where the server has no streaming lists; for an hour after one was silent |
//! | one list without a limit | the same | once, after the pages of a list have expired before their end |
//! | the list of the server's watch cache, in one piece | what the cache had: it may be behind | the first list alone, and only with [`cached_lists`](crate::Controller::cached_lists) |
//!
//! So unless you ask for it, no list is older than what was written before it, whichever API server answers: what a program has
//! seen before it was restarted it does not see undone. Metadata alone is read by pages, since the server, where it streams, cuts
//! the metadata out of object after object and makes each an event, which makes it the slower side.
//!
//! The reflector of Go's client reads its first list from that cache (`resourceVersion=0`) wherever it has no streaming list: before
//! client-go 0.35 unless asked for one, and from older servers. It does so once: its later lists ask for the version that it has
//! seen at least, and for a consistent one after a 410, or where the cache has not come so far, since with what just any cache has
//! it could go back in time. Kooper's lists after the first are consistent in any case, and what is older than what it has is
//! dropped.
//!
//! It was chosen by the measure above: the cache's list is there no sooner than a stream, begins later, and promises less.
//!
//! # Limits
//!
//! An object of more than 16 MiB ([`Controller::max_object_size`](crate::Controller::max_object_size)), or of more than 100
//! levels ([`Controller::max_object_depth`](crate::Controller::max_object_depth); in JSON 127, whatever is set), is refused with an
//! error that names the message and the byte. Strings that are no UTF-8 have their bad bytes replaced, as in the server's JSON.
//!
//! What a handler gets has no `managedFields`, unless [`Controller::managed_fields`](crate::Controller::managed_fields) asks
//! for them: never write such an object back whole with `replace` if you want them kept as they are. `apiVersion` and `kind` are left out, as in the items of a JSON list; a type of `k8s_openapi` does not have them
//! as fields.
//!
//! # To choose
//!
//! In the program:
//!
//! ```
//! # use kooper::{Controller, Encoding, Runnable};
//! # fn doc<H: Runnable>(handler: H) -> Controller<H> {
//! Controller::new(handler).encoding(Encoding::Json)
//! # }
//! ```
//!
//! As an operator, for all controllers of a program, and over what the program says: `KOOPER_ENCODING=json`. Any value but
//! `json` and `protobuf` is an error at the start.
//!
//! # To see which one it is
//!
//! | where | what |
//! |---|---|
//! | the line `started` of each controller's log | `encoding`, which is what it asks for |
//! | the line `answered` of each list and watch, of level DEBUG | `encoding`, which is what the server answered in |
//! | the [traces](crate::trace#what-the-retriever-does) `listObjects` and `watchObjects`, of level DEBUG: `KOOPER_TRACES=info,kooper::retriever=debug` | the attribute `kooper.encoding`, the same |
//!
//! Where a type of your own is the reason that something is read as JSON, a warning says so, with the type and the field; where the
//! server is, a line of level INFO.
