//! What users' mistakes look like once they are mended: each case whose error prints a fix, with that fix and nothing else.
//!
//! That this compiles is the test. Each file stands beside its case in `ui`.

#![allow(dead_code, unused, clippy::all, clippy::pedantic, unreachable_pub)]

/// A module for each file, named as its case.
macro_rules! fixed {
    ($($case:ident = $file:literal;)*) => {
        $(#[path = $file] mod $case;)*

        const FILES: &[&str] = &[$($file),*];
    };
}

fixed! {
    add_context_reference = "ui/add-context-reference.fixed.rs";
    add_generic = "ui/add-generic.fixed.rs";
    add_key = "ui/add-key.fixed.rs";
    add_kube_style = "ui/add-kube-style.fixed.rs";
    add_misnamed = "ui/add-misnamed.fixed.rs";
    add_misspelled = "ui/add-misspelled.fixed.rs";
    add_mut_self = "ui/add-mut-self.fixed.rs";
    add_no_self = "ui/add-no-self.fixed.rs";
    add_not_async = "ui/add-not-async.fixed.rs";
    add_object_reference = "ui/add-object-reference.fixed.rs";
    add_ok_type = "ui/add-ok-type.fixed.rs";
    add_only_context = "ui/add-only-context.fixed.rs";
    add_only_self = "ui/add-only-self.fixed.rs";
    add_option = "ui/add-option.fixed.rs";
    add_option_object = "ui/add-option-object.fixed.rs";
    add_requeue_bare = "ui/add-requeue-bare.fixed.rs";
    add_self_by_value = "ui/add-self-by-value.fixed.rs";
    add_swapped = "ui/add-swapped.fixed.rs";
    add_too_many = "ui/add-too-many.fixed.rs";
    add_typed_self = "ui/add-typed-self.fixed.rs";
    add_unit = "ui/add-unit.fixed.rs";
    add_unsafe = "ui/add-unsafe.fixed.rs";
    add_wrong_arc = "ui/add-wrong-arc.fixed.rs";
    add_wrong_object = "ui/add-wrong-object.fixed.rs";
    args_and_handlers = "ui/args-and-handlers.fixed.rs";
    args_braces = "ui/args-braces.fixed.rs";
    args_colon = "ui/args-colon.fixed.rs";
    args_duplicate = "ui/args-duplicate.fixed.rs";
    args_duplicate_alias = "ui/args-duplicate-alias.fixed.rs";
    args_empty = "ui/args-empty.fixed.rs";
    args_instrument_err = "ui/args-instrument-err.fixed.rs";
    args_instrument_level = "ui/args-instrument-level.fixed.rs";
    args_instrument_ret = "ui/args-instrument-ret.fixed.rs";
    args_instrument_skip = "ui/args-instrument-skip.fixed.rs";
    args_labels_list = "ui/args-labels-list.fixed.rs";
    args_list_for_value = "ui/args-list-for-value.fixed.rs";
    args_literal = "ui/args-literal.fixed.rs";
    args_missing_comma = "ui/args-missing-comma.fixed.rs";
    args_missing_resource = "ui/args-missing-resource.fixed.rs";
    args_no_value = "ui/args-no-value.fixed.rs";
    args_no_value_after_eq = "ui/args-no-value-after-eq.fixed.rs";
    args_none = "ui/args-none.fixed.rs";
    args_positional_and_more = "ui/args-positional-and-more.fixed.rs";
    args_positional_path = "ui/args-positional-path.fixed.rs";
    args_positional_type = "ui/args-positional-type.fixed.rs";
    args_semicolon = "ui/args-semicolon.fixed.rs";
    args_three_errors = "ui/args-three-errors.fixed.rs";
    args_two_commas = "ui/args-two-commas.fixed.rs";
    args_unknown_alias = "ui/args-unknown-alias.fixed.rs";
    args_unknown_concurrency = "ui/args-unknown-concurrency.fixed.rs";
    args_unknown_error_policy = "ui/args-unknown-error-policy.fixed.rs";
    args_unknown_interval = "ui/args-unknown-interval.fixed.rs";
    args_unknown_kind = "ui/args-unknown-kind.fixed.rs";
    args_unknown_namespaces = "ui/args-unknown-namespaces.fixed.rs";
    args_unknown_predicate = "ui/args-unknown-predicate.fixed.rs";
    args_unknown_qps = "ui/args-unknown-qps.fixed.rs";
    args_unknown_rate_limiter = "ui/args-unknown-rate-limiter.fixed.rs";
    args_unknown_selector = "ui/args-unknown-selector.fixed.rs";
    args_unknown_typo = "ui/args-unknown-typo.fixed.rs";
    args_value_for_list = "ui/args-value-for-list.fixed.rs";
    args_value_operator = "ui/args-value-operator.fixed.rs";
    args_wrong_case = "ui/args-wrong-case.fixed.rs";
    backoff_alias = "ui/backoff-alias.fixed.rs";
    backoff_braces = "ui/backoff-braces.fixed.rs";
    backoff_duplicate = "ui/backoff-duplicate.fixed.rs";
    backoff_empty = "ui/backoff-empty.fixed.rs";
    backoff_factor = "ui/backoff-factor.fixed.rs";
    backoff_factor_string = "ui/backoff-factor-string.fixed.rs";
    backoff_initial_above_default = "ui/backoff-initial-above-default.fixed.rs";
    backoff_jitter = "ui/backoff-jitter.fixed.rs";
    backoff_list_after_eq = "ui/backoff-list-after-eq.fixed.rs";
    backoff_number = "ui/backoff-number.fixed.rs";
    backoff_positional = "ui/backoff-positional.fixed.rs";
    backoff_tuple = "ui/backoff-tuple.fixed.rs";
    backoff_unknown = "ui/backoff-unknown.fixed.rs";
    backoff_without_retries = "ui/backoff-without-retries.fixed.rs";
    blind_go_add_takes_request = "ui/blind-go-add-takes-request.fixed.rs";
    blind_go_attribute_on_struct = "ui/blind-go-attribute-on-struct.fixed.rs";
    blind_go_blocking_handler = "ui/blind-go-blocking-handler.fixed.rs";
    blind_go_concurrent_workers = "ui/blind-go-concurrent-workers.fixed.rs";
    blind_go_debounce_over_resync = "ui/blind-go-debounce-over-resync.fixed.rs";
    blind_go_error_as_in_go = "ui/blind-go-error-as-in-go.fixed.rs";
    blind_go_finalizer_cleanup_in_delete = "ui/blind-go-finalizer-cleanup-in-delete.fixed.rs";
    blind_go_map_returns_strings = "ui/blind-go-map-returns-strings.fixed.rs";
    blind_go_namespace_all = "ui/blind-go-namespace-all.fixed.rs";
    blind_go_owns_two_kinds = "ui/blind-go-owns-two-kinds.fixed.rs";
    blind_go_pointer_receiver = "ui/blind-go-pointer-receiver.fixed.rs";
    blind_go_predicate_old_and_new = "ui/blind-go-predicate-old-and-new.fixed.rs";
    blind_go_rate_limit_qps_burst = "ui/blind-go-rate-limit-qps-burst.fixed.rs";
    blind_go_reconcile_handler = "ui/blind-go-reconcile-handler.fixed.rs";
    blind_go_requeue_as_duration = "ui/blind-go-requeue-as-duration.fixed.rs";
    blind_go_resource_is_spec = "ui/blind-go-resource-is-spec.fixed.rs";
    blind_go_setter_resync_string = "ui/blind-go-setter-resync-string.fixed.rs";
    blind_go_state_without_sync = "ui/blind-go-state-without-sync.fixed.rs";
    blind_go_timeout_expression = "ui/blind-go-timeout-expression.fixed.rs";
    blind_go_watches_positional_map = "ui/blind-go-watches-positional-map.fixed.rs";
    blind_kopf_attribute_on_struct = "ui/blind-kopf-attribute-on-struct.fixed.rs";
    blind_kopf_backoff_multiplier = "ui/blind-kopf-backoff-multiplier.fixed.rs";
    blind_kopf_context_last = "ui/blind-kopf-context-last.fixed.rs";
    blind_kopf_create_handler = "ui/blind-kopf-create-handler.fixed.rs";
    blind_kopf_delete_takes_object = "ui/blind-kopf-delete-takes-object.fixed.rs";
    blind_kopf_filter_lambda = "ui/blind-kopf-filter-lambda.fixed.rs";
    blind_kopf_finalizer_with_delete = "ui/blind-kopf-finalizer-with-delete.fixed.rs";
    blind_kopf_labels_dict = "ui/blind-kopf-labels-dict.fixed.rs";
    blind_kopf_mapper_strings = "ui/blind-kopf-mapper-strings.fixed.rs";
    blind_kopf_permanent_unconverted = "ui/blind-kopf-permanent-unconverted.fixed.rs";
    blind_kopf_resource_inferred = "ui/blind-kopf-resource-inferred.fixed.rs";
    blind_kopf_resync_zero = "ui/blind-kopf-resync-zero.fixed.rs";
    blind_kopf_retries_none = "ui/blind-kopf-retries-none.fixed.rs";
    blind_kopf_setter_string = "ui/blind-kopf-setter-string.fixed.rs";
    blind_kopf_spec_as_resource = "ui/blind-kopf-spec-as-resource.fixed.rs";
    blind_kopf_stacked_attributes = "ui/blind-kopf-stacked-attributes.fixed.rs";
    blind_kopf_temporary_error = "ui/blind-kopf-temporary-error.fixed.rs";
    blind_kopf_timeout_seconds = "ui/blind-kopf-timeout-seconds.fixed.rs";
    blind_kopf_update_control = "ui/blind-kopf-update-control.fixed.rs";
    blind_kopf_when_argument = "ui/blind-kopf-when-argument.fixed.rs";
    blind_kube_attribute_on_struct = "ui/blind-kube-attribute-on-struct.fixed.rs";
    blind_kube_client_as_field = "ui/blind-kube-client-as-field.fixed.rs";
    blind_kube_concurrency_for_workers = "ui/blind-kube-concurrency-for-workers.fixed.rs";
    blind_kube_context_in_arc = "ui/blind-kube-context-in-arc.fixed.rs";
    blind_kube_delete_takes_object = "ui/blind-kube-delete-takes-object.fixed.rs";
    blind_kube_finalizer_cleans_in_delete = "ui/blind-kube-finalizer-cleans-in-delete.fixed.rs";
    blind_kube_mapper_takes_value = "ui/blind-kube-mapper-takes-value.fixed.rs";
    blind_kube_namespace_of_cluster_resource = "ui/blind-kube-namespace-of-cluster-resource.fixed.rs";
    blind_kube_object_before_context = "ui/blind-kube-object-before-context.fixed.rs";
    blind_kube_on_error_returns_requeue = "ui/blind-kube-on-error-returns-requeue.fixed.rs";
    blind_kube_own_error_without_error_trait = "ui/blind-kube-own-error-without-error-trait.fixed.rs";
    blind_kube_owns_with_equals = "ui/blind-kube-owns-with-equals.fixed.rs";
    blind_kube_permanent_without_into = "ui/blind-kube-permanent-without-into.fixed.rs";
    blind_kube_reconcile_for_add = "ui/blind-kube-reconcile-for-add.fixed.rs";
    blind_kube_resync_duration_call = "ui/blind-kube-resync-duration-call.fixed.rs";
    blind_kube_set_based_field_selector = "ui/blind-kube-set-based-field-selector.fixed.rs";
    blind_kube_setter_takes_string = "ui/blind-kube-setter-takes-string.fixed.rs";
    blind_kube_spec_as_resource = "ui/blind-kube-spec-as-resource.fixed.rs";
    blind_kube_success_is_duration = "ui/blind-kube-success-is-duration.fixed.rs";
    blind_kube_watches_mapper_by_position = "ui/blind-kube-watches-mapper-by-position.fixed.rs";
    debounce_longer_than_default_resync = "ui/debounce-longer-than-default-resync.fixed.rs";
    debounce_longer_than_resync = "ui/debounce-longer-than-resync.fixed.rs";
    debounce_never = "ui/debounce-never.fixed.rs";
    debounce_no_unit = "ui/debounce-no-unit.fixed.rs";
    delete_arc = "ui/delete-arc.fixed.rs";
    delete_key_reference = "ui/delete-key-reference.fixed.rs";
    delete_misnamed = "ui/delete-misnamed.fixed.rs";
    delete_misspelled = "ui/delete-misspelled.fixed.rs";
    delete_not_async = "ui/delete-not-async.fixed.rs";
    delete_object = "ui/delete-object.fixed.rs";
    delete_only_context = "ui/delete-only-context.fixed.rs";
    delete_str_key = "ui/delete-str-key.fixed.rs";
    delete_string_key = "ui/delete-string-key.fixed.rs";
    delete_swapped = "ui/delete-swapped.fixed.rs";
    fields_call = "ui/fields-call.fixed.rs";
    filter_closure = "ui/filter-closure.fixed.rs";
    filter_string = "ui/filter-string.fixed.rs";
    finalize_key = "ui/finalize-key.fixed.rs";
    finalize_no_finalizer = "ui/finalize-no-finalizer.fixed.rs";
    finalize_not_async = "ui/finalize-not-async.fixed.rs";
    finalizer_misnamed_handler = "ui/finalizer-misnamed-handler.fixed.rs";
    finalizer_no_domain = "ui/finalizer-no-domain.fixed.rs";
    finalizer_no_handler = "ui/finalizer-no-handler.fixed.rs";
    handler_attr_backoff_without_retries = "ui/handler-attr-backoff-without-retries.fixed.rs";
    handler_attr_bare = "ui/handler-attr-bare.fixed.rs";
    handler_attr_empty = "ui/handler-attr-empty.fixed.rs";
    handler_attr_err = "ui/handler-attr-err.fixed.rs";
    handler_attr_impl_arg = "ui/handler-attr-impl-arg.fixed.rs";
    handler_attr_timeout_number = "ui/handler-attr-timeout-number.fixed.rs";
    handler_attr_twice = "ui/handler-attr-twice.fixed.rs";
    handler_attr_typo = "ui/handler-attr-typo.fixed.rs";
    handler_attr_unknown = "ui/handler-attr-unknown.fixed.rs";
    impl_empty = "ui/impl-empty.fixed.rs";
    impl_macro_item = "ui/impl-macro-item.fixed.rs";
    impl_no_add = "ui/impl-no-add.fixed.rs";
    labels_empty = "ui/labels-empty.fixed.rs";
    labels_in_without_parentheses = "ui/labels-in-without-parentheses.fixed.rs";
    labels_key = "ui/labels-key.fixed.rs";
    labels_list = "ui/labels-list.fixed.rs";
    labels_map = "ui/labels-map.fixed.rs";
    labels_number = "ui/labels-number.fixed.rs";
    labels_syntax = "ui/labels-syntax.fixed.rs";
    name_bare = "ui/name-bare.fixed.rs";
    name_const = "ui/name-const.fixed.rs";
    name_empty = "ui/name-empty.fixed.rs";
    name_not_dns = "ui/name-not-dns.fixed.rs";
    name_number = "ui/name-number.fixed.rs";
    name_of_type = "ui/name-of-type.fixed.rs";
    namespace_bare = "ui/namespace-bare.fixed.rs";
    namespace_cluster_scoped = "ui/namespace-cluster-scoped.fixed.rs";
    namespace_comma = "ui/namespace-comma.fixed.rs";
    namespace_empty = "ui/namespace-empty.fixed.rs";
    namespace_empty_list = "ui/namespace-empty-list.fixed.rs";
    namespace_not_dns = "ui/namespace-not-dns.fixed.rs";
    namespace_star = "ui/namespace-star.fixed.rs";
    namespace_tuple = "ui/namespace-tuple.fixed.rs";
    namespace_twice = "ui/namespace-twice.fixed.rs";
    namespace_two_wrong = "ui/namespace-two-wrong.fixed.rs";
    namespace_vec = "ui/namespace-vec.fixed.rs";
    original_kept = "ui/original-kept.fixed.rs";
    original_kept_without_add = "ui/original-kept-without-add.fixed.rs";
    owns_empty = "ui/owns-empty.fixed.rs";
    owns_eq = "ui/owns-eq.fixed.rs";
    owns_labels_first = "ui/owns-labels-first.fixed.rs";
    owns_labels_syntax = "ui/owns-labels-syntax.fixed.rs";
    owns_list = "ui/owns-list.fixed.rs";
    owns_map = "ui/owns-map.fixed.rs";
    owns_self = "ui/owns-self.fixed.rs";
    owns_string = "ui/owns-string.fixed.rs";
    owns_twice = "ui/owns-twice.fixed.rs";
    owns_two_types = "ui/owns-two-types.fixed.rs";
    rate_limit_list = "ui/rate-limit-list.fixed.rs";
    rate_limit_no_retries = "ui/rate-limit-no-retries.fixed.rs";
    rate_limit_number = "ui/rate-limit-number.fixed.rs";
    rate_limit_off = "ui/rate-limit-off.fixed.rs";
    rate_limit_syntax = "ui/rate-limit-syntax.fixed.rs";
    rate_limit_unit = "ui/rate-limit-unit.fixed.rs";
    reconcile_misnamed = "ui/reconcile-misnamed.fixed.rs";
    resource_api_version = "ui/resource-api-version.fixed.rs";
    resource_arc = "ui/resource-arc.fixed.rs";
    resource_list = "ui/resource-list.fixed.rs";
    resource_plural = "ui/resource-plural.fixed.rs";
    resource_reference = "ui/resource-reference.fixed.rs";
    resource_self = "ui/resource-self.fixed.rs";
    resource_string = "ui/resource-string.fixed.rs";
    resource_tuple = "ui/resource-tuple.fixed.rs";
    resource_twice = "ui/resource-twice.fixed.rs";
    resource_typo_key = "ui/resource-typo-key.fixed.rs";
    resync_bare_never = "ui/resync-bare-never.fixed.rs";
    resync_empty = "ui/resync-empty.fixed.rs";
    resync_fraction = "ui/resync-fraction.fixed.rs";
    resync_from_secs = "ui/resync-from-secs.fixed.rs";
    resync_never_call = "ui/resync-never-call.fixed.rs";
    resync_none = "ui/resync-none.fixed.rs";
    resync_number = "ui/resync-number.fixed.rs";
    resync_too_short = "ui/resync-too-short.fixed.rs";
    resync_unquoted = "ui/resync-unquoted.fixed.rs";
    resync_words = "ui/resync-words.fixed.rs";
    resync_zero = "ui/resync-zero.fixed.rs";
    retries_expr = "ui/retries-expr.fixed.rs";
    retries_float = "ui/retries-float.fixed.rs";
    retries_forever = "ui/retries-forever.fixed.rs";
    retries_negative = "ui/retries-negative.fixed.rs";
    retries_some = "ui/retries-some.fixed.rs";
    retries_string = "ui/retries-string.fixed.rs";
    retries_suffix = "ui/retries-suffix.fixed.rs";
    shutdown_number = "ui/shutdown-number.fixed.rs";
    span_empty = "ui/span-empty.fixed.rs";
    span_field_no_sigil = "ui/span-field-no-sigil.fixed.rs";
    span_field_no_value = "ui/span-field-no-value.fixed.rs";
    span_field_not_display = "ui/span-field-not-display.fixed.rs";
    span_field_sigil_first = "ui/span-field-sigil-first.fixed.rs";
    span_field_twice = "ui/span-field-twice.fixed.rs";
    span_level = "ui/span-level.fixed.rs";
    span_level_bare = "ui/span-level-bare.fixed.rs";
    span_level_number = "ui/span-level-number.fixed.rs";
    span_level_of_self = "ui/span-level-of-self.fixed.rs";
    span_level_typo = "ui/span-level-typo.fixed.rs";
    span_off_and_more = "ui/span-off-and-more.fixed.rs";
    span_parent = "ui/span-parent.fixed.rs";
    span_reserved_field = "ui/span-reserved-field.fixed.rs";
    span_ret = "ui/span-ret.fixed.rs";
    span_skip = "ui/span-skip.fixed.rs";
    span_unknown = "ui/span-unknown.fixed.rs";
    timeout_never = "ui/timeout-never.fixed.rs";
    watches_eq = "ui/watches-eq.fixed.rs";
    watches_map_string = "ui/watches-map-string.fixed.rs";
    watches_no_map = "ui/watches-no-map.fixed.rs";
    watches_unknown = "ui/watches-unknown.fixed.rs";
    workers_call = "ui/workers-call.fixed.rs";
    workers_string = "ui/workers-string.fixed.rs";
    workers_zero = "ui/workers-zero.fixed.rs";
}

/// What the error of a case says where it says the fix.
const FIXES: [&str; 7] =
    ["write `", "write \"", "did you mean", "rename it to", "; remove", "such as `", "try \""];

/// Cases whose fix cannot be compiled here, and why.
const NO_FIX: [(&str, &str); 3] = [
    ("crate-bare", "the program would need a dependency of that name"),
    ("crate-relative", "as `crate-bare`"),
    ("crate-string", "as `crate-bare`"),
];

#[test]
fn every_case_whose_error_prints_a_fix_has_a_file_with_that_fix() {
    let missing: Vec<String> = std::fs::read_dir("tests/ui")
        .expect("the cases are there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "stderr"))
        .filter_map(|path| {
            let case = path.file_stem()?.to_str()?.to_owned();
            let errors = std::fs::read_to_string(&path).expect("the file can be read");
            // Our own errors, up to where the place stands.
            let is_ours = errors.starts_with("error: ");
            let said = errors.split(" --> ").next().unwrap_or_default();
            let prints_fix = is_ours && FIXES.iter().any(|fix| said.contains(fix));
            let is_there = FILES.contains(&format!("ui/{case}.fixed.rs").as_str());
            let is_known = NO_FIX.iter().any(|(known, _)| *known == case);
            (prints_fix && !is_there && !is_known).then_some(case)
        })
        .collect();
    assert!(missing.is_empty(), "no fix applied for {missing:#?}");
    for file in std::fs::read_dir("tests/ui").expect("the cases are there") {
        let name = file.expect("an entry").file_name().to_string_lossy().into_owned();
        let is_compiled = FILES.contains(&format!("ui/{name}").as_str());
        assert_eq!(name.ends_with(".fixed.rs"), is_compiled, "{name} is compiled by nobody");
    }
}
