const _: () = {
    use ::kooper::__private as __kooper;
    #[automatically_derived]
    impl __kooper::Handler for PodPrinter {
        type Resource = Pod;
        fn spec() -> __kooper::Spec {
            __kooper::Spec::new(
                "pod-printer",
                __kooper::Retriever::for_handler::<Self>()
                    .resync(__kooper::Duration::from_mins(3)),
                __kooper::Queue::new()
                    .retries(3)
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
        fn on_add(
            &self,
            ctx: __kooper::Context,
            object: Self::Resource,
        ) -> impl __kooper::Future<Output = __kooper::Outcome> {
            let ctx = <Context as __kooper::ContextArg>::from_context(ctx);
            let object = <Pod as __kooper::ObjectArg<
                Self::Resource,
            >>::from_object(object);
            <kooper::Result as __kooper::HandlerOutput>::of(Self::add(self, ctx, object))
        }
        fn on_delete(
            &self,
            ctx: __kooper::Context,
            key: __kooper::ObjectKey,
        ) -> impl __kooper::Future<Output = __kooper::Outcome> {
            let ctx = <Context as __kooper::ContextArg>::from_context(ctx);
            let key = <ObjectKey as __kooper::KeyArg>::from_key(key);
            <kooper::Result as __kooper::HandlerOutput>::of(Self::delete(self, ctx, key))
        }
    }
};
