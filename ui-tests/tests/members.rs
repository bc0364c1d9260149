//! What may stand in and beside a controller: functions of other traits, patterns, results by other names.

use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Handler as _, ObjectKey, Spec, controller};
use std::sync::Arc;

/// A trait whose functions have the names of handlers.
trait Store {
    fn add(&self, value: u8) -> u8;
    fn delete(&self) -> u8;
    fn finalize(self) -> u8;
}

struct Stored;

#[controller(resource = Pod)]
impl Stored {
    async fn add(&self, _: Pod) -> kooper::Result {
        Ok(())
    }
}

impl Store for Stored {
    fn add(&self, value: u8) -> u8 {
        value
    }

    fn delete(&self) -> u8 {
        2
    }

    fn finalize(self) -> u8 {
        3
    }
}

#[test]
fn functions_of_other_traits_are_no_handlers() {
    drop(kooper::run(Stored));
    assert_eq!((Store::add(&Stored, 1), Stored.delete(), Stored.finalize()), (1, 2, 3));
}

struct Patterns(Arc<str>);

#[controller(resource = Pod, finalizer = "example.com/a")]
impl Patterns {
    async fn add(&self, Context { .. }: Context, Pod { metadata, .. }: Pod) -> Done {
        // Borrowed from `self` across an await.
        let text: &str = &self.0;
        std::future::ready(()).await;
        drop((metadata, text));
        Ok(())
    }

    #[kooper::handler()]
    async fn finalize(&self, mut pod: Arc<Pod>) -> Done {
        Arc::make_mut(&mut pod).metadata.name = None;
        Ok(())
    }

    #[handler(span(fields(it = %self.0)))]
    async fn delete(&self, ObjectKey { .. }: ObjectKey) -> Done {
        Ok(())
    }
}

/// A name of the user's own for a result.
type Done = Result<(), std::io::Error>;

#[test]
fn arguments_may_be_taken_apart_results_go_by_other_names_and_a_handler_may_set_nothing() {
    drop(kooper::run(Patterns("a".into())));
}

#[test]
fn types_of_one_name_in_different_scopes_are_different_controllers() {
    fn first() -> Spec {
        struct Web;

        #[controller(resource = Pod, name = "first")]
        impl Web {
            async fn add(&self, _pod: Pod) -> kooper::Result {
                Ok(())
            }
        }
        Web::spec()
    }

    fn second() -> Spec {
        struct Web;

        #[controller(resource = Pod, name = "second")]
        impl Web {
            async fn add(&self, _pod: Pod) -> kooper::Result {
                Ok(())
            }
        }
        Web::spec()
    }

    assert_eq!((first().name(), second().name()), ("first", "second"));
}
