#[cfg(feature = "pods")]
const _: () = {
    use ::kooper::__private as __kooper;
    #[automatically_derived]
    impl __kooper::Handler for Cfgs {
        type Resource = Pod;
        fn spec() -> __kooper::Spec {
            __kooper::Spec::new(
                "cfgs",
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
                {
                    #[cfg(unix)]
                    let chosen = __kooper::site!("handleAddObject");
                    #[cfg(not(unix))]
                    let chosen = __kooper::site!("handleAddObject");
                    #[cfg(not(any(all(unix), all(not(unix)))))]
                    let chosen = __kooper::site!("handleAddObject");
                    chosen
                },
                {
                    #[cfg(feature = "audit")]
                    let chosen = __kooper::site!("handleDeleteObject");
                    #[cfg(not(any(all(feature = "audit"))))]
                    let chosen = __kooper::site!("handleDeleteObject");
                    chosen
                },
            );
            &SPANS
        }
        #[cfg(unix)]
        fn on_add(
            &self,
            _ctx: __kooper::Context,
            object: Self::Resource,
        ) -> impl __kooper::Future<Output = __kooper::Outcome> {
            let object = <Pod as __kooper::ObjectArg<
                Self::Resource,
            >>::from_object(object);
            <kooper::Result as __kooper::HandlerOutput>::of(Self::add(self, object))
        }
        #[cfg(not(unix))]
        fn on_add(
            &self,
            _ctx: __kooper::Context,
            object: Self::Resource,
        ) -> impl __kooper::Future<Output = __kooper::Outcome> {
            let object = <Arc<
                Pod,
            > as __kooper::ObjectArg<Self::Resource>>::from_object(object);
            <kooper::Result as __kooper::HandlerOutput>::of(Self::add(self, object))
        }
        #[cfg(feature = "audit")]
        fn on_delete(
            &self,
            _ctx: __kooper::Context,
            key: __kooper::ObjectKey,
        ) -> impl __kooper::Future<Output = __kooper::Outcome> {
            let key = <ObjectKey as __kooper::KeyArg>::from_key(key);
            <kooper::Result as __kooper::HandlerOutput>::of(Self::delete(self, key))
        }
    }
};
