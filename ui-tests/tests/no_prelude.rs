//! A crate in which no name is known that is not written out.

#![no_implicit_prelude]

use ::k8s_openapi::api::core::v1::Pod;
use ::kooper::{Context, Handler, ObjectKey, controller};

struct Bare(u8);

const RETRIES: u32 = 1;

#[controller(resource = Pod, retries = RETRIES, resync = "never", timeout = "1s", backoff(initial = "1s"), labels = "a=b", span(level = "debug"))]
impl Bare {
    async fn add(&self, _: Context, _: Pod) -> ::kooper::Result {
        ::kooper::Result::Ok(())
    }

    #[cfg(unix)]
    #[handler(retries = 2, backoff = "1s", span(fields(none = ?::core::option::Option::None::<u8>, it = self.0)))]
    async fn delete(&self, _: Context, _: ObjectKey) -> ::kooper::Result {
        ::kooper::Result::Ok(())
    }
}

#[::core::prelude::v1::test]
fn the_attribute_needs_no_prelude() {
    ::std::assert_eq!(Bare::spec().name(), "bare");
    ::core::mem::drop(::kooper::run(Bare(1)));
}
