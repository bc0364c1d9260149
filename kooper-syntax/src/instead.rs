//! Words that are a setting elsewhere and none here, with what to do in place of them.

use crate::word::is_one_of;

/// What the answer holds within, where not everywhere; the words, parted by blanks; what to do. What is more particular stands first.
const ANSWERS: [(&str, &str, &str); 53] = [
    (
        "backoff",
        "steps retries retry max_retries max_attempts max_retry attempts max_times max_fast_attempts retry_limit",
        "how often is tried stands beside the backoff: write `retries = 3, backoff(factor = 2)`",
    ),
    (
        "backoff",
        "max_elapsed_time total_delay deadline elapsed timeout",
        "delays go on until `retries` are used up; remove it",
    ),
    ("backoff", "fixed constant every const linear", "for the same delay each time write `backoff = \"1s\"`"),
    (
        "backoff",
        "exponential growing",
        "delays grow unless `factor = 1`: write `backoff(initial = \"1s\", max = \"5m\")`",
    ),
    ("backoff", "duration", "write `initial = \"1s\"` for the first delay, `max = \"5m\"` for the longest"),
    ("backoff", "time_unit unit", "a delay has its unit with it, such as `initial = \"1s\"`; remove it"),
    ("backoff", "fast_delay slow_delay", "delays grow: write `initial = \"5ms\", max = \"10s\", factor = 2`"),
    (
        "owns",
        "map mapper map_fn map_func handler enqueue keys to with",
        "owner references lead to the owner: remove it, or write `watches(ConfigMap, map = Self::users)`",
    ),
    (
        "owns",
        "only_metadata metadata_only metadata metadata_api",
        "no more than metadata is read of what is owned; remove it",
    ),
    (
        "owns",
        "match_every_owner controller is_controller blocker block_owner_deletion",
        "the owner is the one whose reference has `controller: true`; remove it",
    ),
    (
        "owns",
        "filter predicate predicates with_predicates when event_filter generic_filter on_add_filter on_update_filter on_delete_filter condition resource_discriminator",
        "what is owned is selected by `labels`, `fields` and `namespace`, such as `labels = \"app=web\"`",
    ),
    (
        "watches",
        "filter predicate predicates with_predicates when event_filter generic_filter on_add_filter on_update_filter on_delete_filter condition",
        "let the function of `map` give no keys for what does not matter, and remove this",
    ),
    (
        "watches",
        "only_metadata metadata_only metadata metadata_api",
        "for metadata alone write `PartialObjectMeta<Secret>` for the type, here and in the function of `map`",
    ),
    ("", "skip skip_all", "spans record no arguments unless `span(fields(..))` asks for them; remove it"),
    ("", "ret", "the outcome of a handler is already recorded as `kooper.outcome`; remove it"),
    ("", "parent follows_from", "the parent of a handler's span is the span of its attempt; remove it"),
    (
        "",
        "all_namespaces cluster_wide clusterwide any_namespace namespace_all watch_all_namespaces watch_all",
        "all namespaces are watched unless `namespace` is given; remove it",
    ),
    (
        "",
        "namespace_selector namespace_labels exclude_namespaces excluded_namespaces ignore_namespaces follow_controller_namespace_changes watch_current_namespace",
        "namespaces are given by name, such as `namespace = [\"a\", \"b\"]`; at run time by `Controller::namespaces`",
    ),
    (
        "",
        "scope cluster_scoped namespaced",
        "the type says whether its objects live in namespaces; remove it",
    ),
    (
        "",
        "generation_aware generation_aware_event_processing generation_changed observed_generation trigger_reconciler_on_all_events trigger_reconciler_on_all_event default_filters comparable_resource_versions",
        "`add` is given every change; return `Ok(())` for what does not matter",
    ),
    (
        "",
        "disable_resync no_resync resync_disabled without_resync",
        "to switch resync off write `resync = \"never\"`",
    ),
    (
        "",
        "annotations annotation annotation_selector match_annotations",
        "a server selects by labels and fields alone; for annotations write a function: `filter = Self::is_ours`",
    ),
    ("", "match_every_owner", "the owner is the one whose reference has `controller: true`; remove it"),
    ("", "max_elapsed_time total_delay", "delays go on until `retries` are used up; remove it"),
    ("", "without_max_times unlimited forever infinite no_limit", "for no limit write `retries = u32::MAX`"),
    (
        "",
        "reset reset_after reset_duration reset_interval reset_timer",
        "the count of retries is reset by success; remove it",
    ),
    ("", "seed rng random_state", "chance needs no seed; remove it"),
    (
        "",
        "settings watching batching scanning execution background networking process options with_options with_config configuration disabled enabled",
        "each setting is an argument of its own, such as `workers = 4`; remove it",
    ),
    (
        "",
        "complete build start run_with",
        "the attribute makes the controller, and `kooper::run` runs it; remove it",
    ),
    (
        "",
        "root storage_version storageversion printcolumn print_column subresource path short_name short_names categories validation default",
        "a resource is described by its own type, which derives `kube::CustomResource`; remove it",
    ),
    (
        "",
        "old new diff changed old_value new_value reason",
        "`add` is given the newest state alone; keep in the struct what to compare it with; remove it",
    ),
    (
        "",
        "sharp idle run_on_startup immediate",
        "`add` runs when an object is found, when it changes, and every `resync`; remove it",
    ),
    (
        "",
        "leader_election need_leader_election leader_election_id leader_election_namespace leader_election_resource_lock leader_election_release_on_cancel leader_elector leader leader_election_resource_lock_interface leader_election_config leader_election_labels lock_key lifetime lease lease_name lease_duration renew_deadline retry_period peering peering_name standalone mandatory priority replicas singleton shard sharding",
        "no leader is elected: run one replica, in a `Deployment` with the strategy `Recreate`; remove it",
    ),
    (
        "",
        "metrics metric metrics_recorder metric_recorder metrics_bind_address metrics_port prometheus monitoring recorder event_recorder event_broadcaster pprof_bind_address pprof",
        "each attempt is a trace, which the OpenTelemetry Collector counts and measures; remove it",
    ),
    (
        "",
        "health health_check healthz health_probe_bind_address liveness liveness_endpoint liveness_endpoint_name liveness_probe readiness readiness_endpoint readiness_endpoint_name readiness_probe readyz ready_flag probe",
        "serve what `Controller::readiness` says; remove it",
    ),
    (
        "",
        "client new_client http_client kubeconfig kube_config config cluster kube_context scheme manager mgr mapper_provider rest_mapper dry_run_client dry_run new_cache new_informer api_server url login",
        "the ordinary configuration is taken unless `Controller::client` gives a client; remove it",
    ),
    (
        "",
        "page_size limit list_limit informer_list_limit initial_list_strategy list_semantic any_semantic streaming_lists stream_lists watch_list bookmarks enable_watch_bookmarks disable_bookmarks resource_version version_match resource_version_match continue_token cache cached_lists idle_timeout consistency_timeout default_enable_watch_bookmarks match_any at server_timeout client_timeout watch_timeout",
        "lists are set by `Controller::streaming_lists` and `Controller::cached_lists`, at run time; remove it",
    ),
    (
        "",
        "store item_store cache_reader reader lister indexer indexers index indices reflector reflect",
        "`ctx.store()` has the objects that the controller knows; remove it",
    ),
    (
        "",
        "by_object default_transform transform modify unsafe_disable_deep_copy default_unsafe_disable_deep_copy reader_fail_on_missing_informer managed_fields strip_managed_fields",
        "objects are kept as they came; `Controller::managed_fields` has their managed fields kept too; remove it",
    ),
    (
        "",
        "only_metadata metadata_only metadata metadata_api partial projected",
        "for metadata alone write `resource = PartialObjectMeta<Pod>`; remove it",
    ),
    (
        "",
        "recover_panic catch_panic panic panics catch_unwind",
        "a panic fails its own attempt alone, which is tried again; remove it",
    ),
    (
        "",
        "cache_sync_timeout sync_timeout start_timeout startup_timeout connect_timeout request_timeout",
        "the time of the first list is set by `Controller::start_timeout`, at run time; remove it",
    ),
    (
        "",
        "use_priority_queue priority_queue queue new_queue work_queue workqueue enable_warmup warmup skip_name_validation reconcile_all_on reconcile_on dedup deduplicate",
        "each controller has a queue in which what comes for one object is one item; remove it",
    ),
    (
        "",
        "logger log logging log_constructor with_log_constructor log_level verbose quiet debug dev posting",
        "log lines are filtered by the variable `RUST_LOG`, traces by `KOOPER_TRACES`; remove it",
    ),
    (
        "",
        "handler handlers reconciler reconcile reconcile_fn func function do on_add on_update on_delete on_create on_event add delete create update resume daemon daemons timers subhandler deleted optional cleaner",
        "handlers are the functions `add`, `delete` and `finalize` of the `impl` block; remove it",
    ),
    (
        "",
        "retriever lister_watcher listerwatcher list_watcher source sources raw_source",
        "what is watched is said by `resource`, `namespace`, `labels` and `fields`; remove it",
    ),
    (
        "",
        "param memo context ctx state data shared shared_state registry lifecycle base_context args deps dependencies extensions",
        "keep state in the struct, and reach it through `self`; remove it",
    ),
    (
        "",
        "status status_prefix progress_storage diffbase_storage persistence persistent patch field_manager server_side_apply ssa apply rbac verbs urls groups resource_names permissions",
        "what is written is the handler's affair: patch by `ctx.client()`; remove it",
    ),
    (
        "",
        "operation operations side_effects webhook webhook_server webhooks validate mutate mutating admission managed server port host cert_dir failure_policy",
        "there are no webhooks here: a controller sees objects once they are written; remove it",
    ),
    (
        "",
        "ready_postcondition delete_postcondition activation_condition reconcile_precondition explicit_invocation use_event_source_with_name workflow conditions precondition postcondition",
        "what an object owns is made by `add`, and watched by `owns(ConfigMap)`; remove it",
    ),
    (
        "",
        "encoding protobuf json content_type",
        "set it at run time, by `Controller::encoding`, or by the variable `KOOPER_ENCODING`; remove it",
    ),
    (
        "",
        "stop_when stop stop_flag stop_on shutdown_on_signal graceful_shutdown_on signals signal handle_signals",
        "`kooper::run` stops at SIGINT and SIGTERM, and by `Controller::stop_when` at what you like; remove it",
    ),
    ("", "time_unit unit units", "a duration has its unit with it, such as `resync = \"3m\"`; remove it"),
];

/// What to do where `word` would be a setting elsewhere, and there is none here.
pub(crate) fn of(within: &str, word: &str) -> Option<&'static str> {
    let is_it = |(inside, words, _): &&(&str, &str, &str)| {
        (inside.is_empty() || *inside == within) && is_one_of(words, word)
    };
    ANSWERS.iter().find(is_it).map(|(.., instead)| *instead)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of options, in snake case, of the tools whose users come here.
    const ELSEWHERE: [(&str, &str); 12] = [
        (
            "the decorators of kopf",
            "id param errors timeout retries backoff labels annotations when field value old new deleted optional initial_delay cancellation_backoff cancellation_timeout cancellation_polling interval sharp idle operation operations subresource persistent side_effects ignore_failures registry group version kind plural singular shortcut category reason status_prefix cooldown",
        ),
        (
            "the settings of kopf and kopf run",
            "posting level watching server_timeout client_timeout connect_timeout reconnect_backoff batching worker_limit idle_timeout exit_timeout batch_window error_delays scanning disabled execution max_workers background cancellation_polling instant_exit_timeout networking request_timeout error_backoffs persistence finalizer progress_storage diffbase_storage consistency_timeout peering name priority lifetime mandatory standalone clusterwide admission server managed process ultimate_exiting_timeout namespaces all_namespaces liveness_endpoint verbose debug quiet dev stop_flag ready_flag memo lifecycle peering_name executor",
        ),
        (
            "ControllerConfiguration of Java",
            "name informer finalizer_name generation_aware_event_processing max_reconciliation_interval retry rate_limiter field_manager trigger_reconciler_on_all_events trigger_reconciler_on_all_event default_filters label_selector namespaces event_filters on_add_filter on_update_filter generic_filter dependents item_store reconciliation_max_interval retry_configuration",
        ),
        (
            "the other annotations of Java",
            "shard_selector on_delete_filter follow_controller_namespace_changes informer_list_limit field_selector comparable_resource_versions max_attempts initial_interval interval_multiplier max_interval max_reconciliations within unit time_unit explicit_invocation handle_exceptions_in_reconciler type ready_postcondition reconcile_precondition delete_postcondition activation_condition depends_on use_event_source_with_name interval",
        ),
        (
            "the builder of controller-runtime",
            "for owns watches named with_event_filter with_options with_log_constructor watches_metadata watches_raw_source match_every_owner only_metadata with_predicates complete build",
        ),
        (
            "the options of a controller in Go",
            "max_concurrent_reconciles cache_sync_timeout recover_panic need_leader_election reconciler rate_limiter log_constructor use_priority_queue skip_name_validation new_queue reconciliation_timeout enable_warmup logger group_kind_concurrency",
        ),
        (
            "the options of a manager and its cache in Go",
            "scheme mapper_provider cache new_client client leader_election leader_election_id leader_election_namespace lease_duration renew_deadline retry_period leader_election_resource_lock leader_election_resource_lock_interface leader_election_release_on_cancel leader_election_config leader_election_labels metrics metrics_bind_address health_probe_bind_address readiness_endpoint_name liveness_endpoint_name webhook_server pprof_bind_address event_broadcaster graceful_shutdown_timeout base_context sync_period default_namespaces by_object default_label_selector default_field_selector default_transform default_unsafe_disable_deep_copy unsafe_disable_deep_copy reader_fail_on_missing_informer enable_watch_bookmarks default_enable_watch_bookmarks http_client new_cache new_informer port host cert_dir controller dry_run_client",
        ),
        (
            "the markers of kubebuilder",
            "groups resources verbs resource_names urls rbac object root subresource printcolumn storageversion scope path short_name categories singular validation default webhook mutating failure_policy side_effects",
        ),
        (
            "rate limiters and backoffs of Go",
            "base_delay max_delay qps burst fast_delay slow_delay max_fast_attempts duration factor jitter steps cap limiter",
        ),
        (
            "kube-rs",
            "debounce concurrency labels fields timeout page_size list_semantic initial_list_strategy bookmarks any_semantic streaming_lists disable_bookmarks label_selector field_selector limit continue_token version_match resource_version match_any at api finalizer_name obj reconcile error_policy context store predicates predicate_filter owns_with watches_with watches_shared shared owns_stream watches_stream shutdown_on_signal graceful_shutdown_on reconcile_all_on reconcile_on trigger_backoff with_config config dyntype default_backoff mapper reflect backoff",
        ),
        (
            "backoffs of Rust",
            "initial_interval randomization_factor multiplier max_interval max_elapsed_time min_delay max_delay max_times total_delay without_max_times with_jitter reset_duration reset_timer min max seed",
        ),
        (
            "Kooper for Go",
            "name concurrent_workers resync_interval processing_job_retries disable_resync handler retriever logger metrics_recorder leader_elector list_watcher object lock_key namespace",
        ),
    ];

    #[test]
    fn no_option_of_another_tool_is_answered_by_a_list_of_names() {
        let known = [
            "resource",
            "name",
            "retries",
            "workers",
            "resync",
            "backoff",
            "timeout",
            "debounce",
            "rate_limit",
            "namespace",
            "labels",
            "fields",
            "filter",
            "on_error",
            "finalizer",
            "shutdown",
            "span",
            "crate",
            "owns",
            "watches",
        ];
        let is_answered = |word: &str| {
            known.contains(&word)
                || crate::word::meant("", word, &known).1.is_some()
                || of("", word).is_some()
        };
        for (tool, words) in ELSEWHERE {
            let unanswered: Vec<_> = words.split(' ').filter(|word| !is_answered(word)).collect();
            assert!(unanswered.is_empty(), "{tool}: {unanswered:?}");
        }
    }

    #[test]
    fn each_answer_fits_in_a_line_and_says_what_to_do() {
        for (within, words, instead) in ANSWERS {
            assert!(instead.chars().count() <= 110, "{instead}");
            let advice = ["remove it", "remove this", "write", "such as", "return"];
            assert!(advice.iter().any(|advice| instead.contains(advice)), "{instead}");
            for word in words.split(' ') {
                assert_eq!(of(within, word), Some(instead), "`{word}` is answered above");
            }
        }
        assert_eq!(of("", "colour"), None);
        assert_eq!(of("backoff", "colour"), None);
    }
}
