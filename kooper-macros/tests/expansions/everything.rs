const _: () = {
    use ::kp::__private as __kooper;
    #[automatically_derived]
    impl __kooper::Handler for Everything {
        type Resource = Pod;
        fn spec() -> __kooper::Spec {
            __kooper::Spec::new(
                    "all-of-it",
                    __kooper::Retriever::in_namespaces::<Self>(["a", "b"])
                        .labels("app=web")
                        .fields(__kooper::IsText::it(FIELDS))
                        .resync(__kooper::NEVER),
                    __kooper::Queue::new()
                        .retries(__kooper::IsCount::it(Self::RETRIES))
                        .backoff(
                            __kooper::Backoff::growing()
                                .initial(__kooper::Duration::from_millis(100))
                                .max(__kooper::IsDuration::it(MAX))
                                .factor(1.5)
                                .jitter(0.0),
                        )
                        .workers(10)
                        .debounce(__kooper::Duration::from_secs(2))
                        .rate_limit(
                            __kooper::RateLimit::new(
                                100,
                                __kooper::Duration::from_mins(1),
                            ),
                        ),
                )
                .timeout(__kooper::Duration::from_secs(90))
                .finalizer("example.com/cleanup")
                .shutdown(__kooper::Duration::from_secs(20))
                .finalize_attempts(
                    __kooper::Attempts::new()
                        .retries(10)
                        .timeout(__kooper::Duration::from_mins(5)),
                )
        }
        fn spans() -> &'static __kooper::Spans {
            static SPANS: __kooper::Spans = __kooper::Spans::new(
                    &SPANS,
                    __kooper::site!("processJob")
                        .target("ops")
                        .level(__kooper::LevelFilter::DEBUG)
                        .err(__kooper::LevelFilter::INFO),
                    __kooper::site!("handleAddObject").fields(&["team"]),
                    __kooper::site!("handleDeleteObject").fields(&["team"]),
                )
                .finalize(
                    &SPANS,
                    __kooper::span(
                        __kooper::site!("handleFinalizeObject").fields(&["node", "team"]),
                    ),
                );
            &SPANS
        }
        fn hooks() -> __kooper::Hooks<Self> {
            __kooper::Hooks::<Self>::new()
                .filter(Self::is_ours)
                .on_error(Self::on_error)
                .owns(__kooper::source::<ConfigMap>().labels("role=address"))
                .watches(
                    __kooper::mapped::<Secret>()
                        .namespaces(__kooper::within::<Secret>("b")),
                    Self::users,
                )
        }
        fn on_add(
            &self,
            _ctx: __kooper::Context,
            object: Self::Resource,
        ) -> impl __kooper::Future<Output = __kooper::Outcome> {
            let pod = <Arc<
                Pod,
            > as __kooper::ObjectArg<Self::Resource>>::from_object(object);
            __kooper::record(|span| span.record("team", __kooper::plain(&"infra")));
            <Result<
                Requeue,
                Failure,
            > as __kooper::HandlerOutput>::of(Self::add(self, pod))
        }
        fn on_delete(
            &self,
            _ctx: __kooper::Context,
            key: __kooper::ObjectKey,
        ) -> impl __kooper::Future<Output = __kooper::Outcome> {
            let key = <ObjectKey as __kooper::KeyArg>::from_key(key);
            __kooper::record(|span| span.record("team", __kooper::plain(&"infra")));
            <Result<(), Failure> as __kooper::HandlerOutput>::of(Self::delete(self, key))
        }
        fn on_finalize(
            &self,
            _ctx: __kooper::Context,
            object: Self::Resource,
        ) -> impl __kooper::Future<Output = __kooper::Outcome> {
            let pod = <Pod as __kooper::ObjectArg<Self::Resource>>::from_object(object);
            __kooper::record(|span| {
                span
                    .record("node", __kooper::display(&pod.node()))
                    .record("team", __kooper::plain(&"infra"))
            });
            <Result<
                (),
                Failure,
            > as __kooper::HandlerOutput>::of(Self::finalize(self, pod))
        }
    }
};
