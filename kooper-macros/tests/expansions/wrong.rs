const _: () = {
    use ::kooper::__private as __kooper;
    #[automatically_derived]
    impl __kooper::Handler for Wrong {
        type Resource = __kooper::StandIn;
        fn spec() -> __kooper::Spec {
            __kooper::Spec::new(
                "wrong",
                __kooper::Retriever::for_handler::<Self>()
                    .resync(__kooper::Duration::from_mins(3)),
                __kooper::Queue::new()
                    .retries(5)
                    .backoff(
                        __kooper::Backoff::new(
                            __kooper::Duration::from_millis(5),
                            __kooper::Duration::from_secs(1000),
                            2.0,
                            0.1,
                        ),
                    )
                    .workers(3),
            )
        }
        fn spans() -> &'static __kooper::Spans {
            static SPANS: __kooper::Spans = __kooper::Spans::new(
                &SPANS,
                __kooper::site!("processJob"),
                __kooper::site!("handleAddObject"),
                __kooper::site!("handleDeleteObject"),
            );
            &SPANS
        }
        fn on_delete(
            &self,
            _ctx: __kooper::Context,
            key: __kooper::ObjectKey,
        ) -> impl __kooper::Future<Output = __kooper::Outcome> {
            let key = <ObjectKey as __kooper::KeyArg>::from_key(key);
            <kooper::Result as __kooper::HandlerOutput>::of(Self::delete(self, key))
        }
        fn on_add(&self, _: __kooper::Context, _: Self::Resource) -> __kooper::Pending {
            ::core::future::pending()
        }
    }
};
::core::compile_error! {
    "`resource` takes a type, not a string: write `resource = Pod`"
}
::core::compile_error! {
    "unknown argument `retires`; did you mean `retries`?"
}
::core::compile_error! {
    "`workers` must be at least 1: with no workers no handler ever runs"
}
::core::compile_error! {
    "the `add` handler must be an `async fn`"
}
