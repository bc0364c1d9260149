const _: () = {
    use ::kooper::__private as __kooper;
    #[automatically_derived]
    impl<T: kooper::Resource, const N: usize> __kooper::Handler for Generic<T, N>
    where
        T: Clone,
    {
        type Resource = T;
        fn spec() -> __kooper::Spec {
            __kooper::Spec::new(
                "generic",
                __kooper::Retriever::for_handler::<Self>()
                    .resync(__kooper::Duration::from_mins(3)),
                __kooper::Queue::new()
                    .retries(3)
                    .backoff(
                        __kooper::Backoff::constant(__kooper::Duration::from_secs(1)),
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
            let object = <T as __kooper::ObjectArg<Self::Resource>>::from_object(object);
            <kooper::Result as __kooper::HandlerOutput>::of(Self::add(self, ctx, object))
        }
    }
};
