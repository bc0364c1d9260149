//! Words that people try, since other libraries have them or by a slip, and what was meant.

use crate::instead;

/// A setting by its name here, for those who know it by another.
#[derive(Clone, Copy)]
struct Setting {
    /// What it stands in, where one of its name stands elsewhere too.
    inside: &'static str,
    name: &'static str,
    /// How an answer begins that gives an example of it.
    what: &'static str,
    /// What it is called in kopf, controller-runtime, Java Operator SDK, kube and Kooper for Go, parted by blanks.
    words: &'static str,
}

const fn setting(name: &'static str, what: &'static str, words: &'static str) -> Setting {
    Setting { inside: "", name, what, words }
}

const fn inside(inside: &'static str, setting: Setting) -> Setting {
    Setting { inside, ..setting }
}

/// What is more particular stands first.
const SETTINGS: [Setting; 31] = [
    inside(
        "#[handler]",
        setting("span", "spans are set by", "level target spans trace tracing instrument fields"),
    ),
    inside("span", setting("level", "the level of the span is", "lvl severity")),
    inside("span", setting("name", "the name of the span is", "span_name")),
    inside("span", setting("target", "the target of the span is", "module")),
    inside("span", setting("err", "failures are logged at", "error errors on_error")),
    inside("span", setting("fields", "the fields of the span are", "field attributes tags with")),
    setting(
        "resource",
        "the watched type is",
        "kind type object for reconciles crd api api_version group version plural resource_type custom_resource custom_resource_definition object_type resource_class kinds resources singular shortcut shortcuts category for_type primary obj dyntype",
    ),
    setting(
        "name",
        "the controller's name is",
        "id controller controller_name named title component identity",
    ),
    setting(
        "retries",
        "the retry limit is",
        "retry max_retries max_retry max_attempts attempts retry_limit processing_job_retries max_times max_tries tries retry_count max_retry_count retry_attempts max_requeues num_retries max_failures steps max_fast_attempts",
    ),
    setting(
        "workers",
        "handlers that run at once are",
        "concurrency concurrent_workers max_concurrent_reconciles parallelism threads max_concurrency concurrent thread_count worker_count max_workers worker num_workers worker_limit max_concurrent concurrent_reconciles max_parallel max_in_flight pool_size group_kind_concurrency executor executor_service max_executors",
    ),
    setting(
        "resync",
        "the resync interval is",
        "interval resync_interval resync_period sync_period period requeue_interval requeue_after max_reconciliation_interval requeue schedule every timer poll poll_interval resync_every relist relist_interval reconcile_interval reconcile_every cron repeat reschedule reconciliation_max_interval",
    ),
    setting(
        "backoff",
        "delays are",
        "delay retry_delay retry_backoff gradual_retry error_delays exponential_backoff retry_interval retry_after retry_policy retry_strategy backoff_policy error_backoff error_backoffs default_backoff trigger_backoff reconnect_backoff backoff_limit exponential initial initial_delay initial_interval initial_backoff min_delay min_backoff base_delay max_delay max_interval max_backoff factor multiplier interval_multiplier backoff_factor backoff_multiplier exponent jitter randomization_factor retry_configuration fast_delay slow_delay duration min max cap with_jitter",
    ),
    setting(
        "timeout",
        "attempts end after",
        "reconciliation_timeout reconcile_timeout deadline handler_timeout attempt_timeout time_limit max_duration execution_timeout timeout_seconds",
    ),
    setting(
        "debounce",
        "runs of an object are parted by",
        "debounce_interval quiet_period min_interval throttle cooldown batch_window delay_between coalesce debounce_duration debounce_time",
    ),
    setting(
        "rate_limit",
        "the limit of retries is",
        "rate rate_limiter rate_limited qps bucket token_bucket limit_for_period burst rps limiter max_rate max_reconciliations within retry_rate",
    ),
    setting(
        "namespace",
        "the watched namespaces are",
        "namespaces ns in_namespace in_namespaces watch_namespace watch_namespaces watched_namespaces default_namespaces",
    ),
    setting(
        "labels",
        "the label selector is",
        "label selector label_selector labels_selector match_labels where match_expressions default_label_selector shard_selector label_filter tags with_labels",
    ),
    setting(
        "fields",
        "the field selector is",
        "field field_selector fields_selector default_field_selector match_fields field_filter value present absent",
    ),
    setting(
        "filter",
        "what `add` is given is said by",
        "predicate predicates when if event_filter filters generic_filter on_add_filter on_update_filter on_delete_filter on_filter with_event_filter with_predicates only_if condition should_reconcile accept matches filter_fn event_filters predicate_filter",
    ),
    setting(
        "on_error",
        "errors are judged by",
        "error_policy error_handler errors on_failure update_error_status errors_mode error_mode on_err error_handling ignore_failures ignore_errors handle_exceptions_in_reconciler catch",
    ),
    setting("finalizer", "the finalizer is", "finalizers finalizer_name with_finalizer cleanup finalizer_id"),
    setting(
        "shutdown",
        "handlers may run on for",
        "drain drain_timeout graceful_shutdown graceful_shutdown_timeout grace_period termination_timeout ultimate_exiting_timeout exit_timeout exiting_timeout shutdown_timeout stop_timeout cancellation_timeout termination_grace_period_seconds instant_exit_timeout cancellation_backoff cancellation_polling",
    ),
    setting("span", "spans are set by", "level target err spans trace tracing instrument"),
    setting("crate", "the path of Kooper is", "krate kooper crates"),
    setting(
        "owns",
        "what its objects own is",
        "own owned owned_by depends_on dependents dependent children child manages owner owns_with owns_stream owns_shared_stream",
    ),
    setting(
        "watches",
        "related kinds are",
        "watch watch_also also_watches watches_with event_source event_sources informer informers watches_metadata watches_raw_source related secondary also watches_stream watches_shared watches_shared_stream mapper map map_fn",
    ),
    setting(
        "map",
        "the function that gives the keys is",
        "mapper map_fn with map_to to key keys handler enqueue map_func to_primary reconcile_request_mapper enqueue_requests_from_map_func func function",
    ),
    setting(
        "initial",
        "the first delay is",
        "min base start initial_interval delay initial_delay initial_backoff min_delay min_backoff base_delay first from interval",
    ),
    setting("max", "the longest delay is", "cap limit max_delay max_interval max_backoff maximum to ceiling"),
    setting(
        "factor",
        "each delay is multiplied by",
        "multiplier exponent interval_multiplier backoff_factor backoff_multiplier base_factor growth rate",
    ),
    setting(
        "jitter",
        "chance moves delays by",
        "randomness jitter_factor randomization_factor randomize random with_jitter",
    ),
];

/// Values that people try, by setting, and what to do instead.
const VALUES: [(&str, &str, &str); 20] = [
    (
        "finalizer",
        "Self::finalize Self::cleanup Self::clean_up Self::finalizer self.finalize self.cleanup",
        "`finalizer` takes its name, not a function: write `finalizer = \"example.com/cleanup\"`",
    ),
    ("name", "", "`name` is empty; leave it out for the default"),
    ("namespace", "", "`namespace` is empty; leave it out to watch all of them"),
    ("namespace", "[]", "`namespace` lists no namespace; leave it out to watch all of them"),
    ("namespace", "*", "`namespace` takes no pattern; leave it out to watch all of them"),
    (
        "retries",
        "forever infinite infinity unlimited unbounded always max inf",
        "for no limit write `retries = u32::MAX`",
    ),
    ("retries", "None none never off", "for no retry write `retries = 0`, for no limit `retries = u32::MAX`"),
    ("workers", "0 0u32", "`workers` must be at least 1: with no workers no handler ever runs"),
    (
        "timeout",
        "0 0s never none None off false unlimited forever",
        "`timeout` is off unless it is given; remove it",
    ),
    (
        "backoff",
        "0 0s none None never off",
        "`backoff` must be longer than zero; for retries at once write `backoff = \"1ms\"`",
    ),
    (
        "backoff",
        "exponential Exponential linear default",
        "`backoff` takes its delays: write `backoff(initial = \"1s\", max = \"5m\")`",
    ),
    (
        "on_error",
        "retry ignore ignored temporary permanent give_up giveup fail TEMPORARY PERMANENT IGNORED",
        "`on_error` takes the function that decides: write `on_error = Self::on_error`",
    ),
    ("max", "None none never unlimited infinite", "`max` is \"1000s\" unless it is given; remove it"),
    ("jitter", "true", "`jitter` takes a share of the delay: write `jitter = 0.1`"),
    ("shutdown", "never none None off", "`shutdown` takes a time; for a long one write `shutdown = \"1h\"`"),
    (
        "shutdown",
        "0 0s",
        "`shutdown` must be longer than zero; to cut handlers off write `shutdown = \"1ms\"`",
    ),
    ("namespace", "None none", "`namespace` takes no `None`; leave it out to watch all of them"),
    ("debounce", "0 0s never none None off false", "`debounce` is off unless it is given; remove it"),
    (
        "rate_limit",
        "never none None off false unlimited",
        "`rate_limit` is off unless it is given; remove it",
    ),
    (
        "resync",
        "0 0s none None off Never false disabled infinite forever",
        "to switch `resync` off write `resync = \"never\"`",
    ),
];

fn find(within: &str, name: &str) -> Option<&'static Setting> {
    SETTINGS
        .iter()
        .find(|setting| setting.name == name && (setting.inside == within || setting.inside.is_empty()))
}

/// How an answer begins that gives an example of a setting.
pub fn what(within: &str, name: &str) -> &'static str {
    find(within, name).map_or("", |setting| setting.what)
}

/// What a setting is called elsewhere, parted by blanks.
pub fn others(within: &str, name: &str) -> &'static str {
    find(within, name).map_or("", |setting| setting.words)
}

/// That there is no such word, and what to write, in one line where it fits.
pub fn unknown(noun: &str, word: &str, hint: &str) -> String {
    let fault = format!("unknown {noun} `{word}`");
    let is_short = fault.chars().count() + hint.chars().count() <= 91;
    format!("{fault}{}{hint}", if is_short { "; " } else { "\n= help: " })
}

/// What is wrong with `word`, which is none of the `known` settings, nor near to one: what to do in place of it, that its place is
/// `beside` them, or else which there are.
pub fn no_setting(within: &str, word: &str, noun: &str, beside: &[&str], known: &[&str]) -> String {
    let fault = format!("unknown {noun} `{word}`");
    if let Some(instead) = instead::of(within, word) {
        return format!("{fault}\n= help: {instead}");
    }
    if let ("#[handler]" | "backoff" | "owns" | "watches" | "span", (_, Some(name))) =
        (within, meant("", word, beside))
    {
        let place = if within == "#[handler]" {
            "belongs to the whole controller: move it to `#[controller(..)]`".to_owned()
        } else {
            format!("stands beside `{within}(..)`: move it there")
        };
        return if name == word {
            format!("`{name}` {place}")
        } else {
            format!("{fault}\n= help: `{name}` {place}")
        };
    }
    let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("{fault}\n= help: the {}s are {}", noun.replace('`', ""), known.join(", "))
}

/// What is wrong with `word` as the value of a setting, where people try it.
pub fn tried(setting: &str, word: &str) -> Option<String> {
    let fault = VALUES.iter().find(|(name, words, _)| *name == setting && is_one_of(words, word));
    if let Some((.., fault)) = fault {
        return Some((*fault).to_owned());
    }
    let is_list_of_names = |c: char| c.is_alphanumeric() || "-., ".contains(c) || PATTERN.contains(&c);
    if setting != "namespace" || word.starts_with('[') || !word.chars().all(is_list_of_names) {
        return None;
    }
    if word.contains(PATTERN) {
        return Some(
            "`namespace` takes no pattern: give each by its name, such as `namespace = [\"a\", \"b\"]`"
                .into(),
        );
    }
    let names: Vec<&str> = word.split([',', ' ']).filter(|name| !name.is_empty()).collect();
    (names.len() > 1).then(|| format!("`namespace` takes several as a list: write `namespace = {names:?}`"))
}

/// What stands in patterns of names alone.
const PATTERN: [char; 7] = ['*', '?', '^', '$', '[', '|', '!'];

/// The levels of spans, as they are written; the last is none.
const LEVELS: [&str; 6] = ["trace", "debug", "info", "warn", "error", "off"];

/// What they are called elsewhere.
const LEVELS_ELSEWHERE: [(&str, &str); 6] = [
    ("trace", "finest finer all"),
    ("debug", "verbose fine"),
    ("info", "information informational notice normal default"),
    ("warn", "warning"),
    ("error", "err critical crit fatal severe panic"),
    ("off", "none never disabled silent no"),
];

/// The level that `word` is, in lower case.
///
/// # Errors
///
/// What is wrong.
pub fn level(word: &str) -> Result<&'static str, String> {
    let lower = word.to_lowercase();
    let known = LEVELS.iter().copied().find(|level| *level == lower);
    let elsewhere =
        || LEVELS_ELSEWHERE.iter().find(|(_, words)| is_one_of(words, &lower)).map(|(level, _)| *level);
    known.ok_or_else(|| {
        let levels: Vec<_> = LEVELS.iter().map(|level| format!("{level:?}")).collect();
        let near =
            elsewhere().or_else(|| nearest(&lower, &LEVELS)).map(|near| format!("; did you mean {near:?}?"));
        format!(
            "unknown level {word:?}{}",
            near.unwrap_or_else(|| format!("\n= help: the levels are {}", levels.join(", ")))
        )
    })
}

/// Which of the `known` settings is meant by `word`, and whether that is a slip: as it is called elsewhere, or by distance.
/// `maxRetries` is `max_retries`.
pub fn meant<'a>(within: &str, word: &str, known: &[&'a str]) -> (bool, Option<&'a str>) {
    let word = word.to_lowercase();
    let same = |other: &str| other.replace('_', "") == word.replace('_', "");
    let all = || known.iter().copied();
    let elsewhere = all().find(|name| others(within, name).split(' ').any(same));
    let near = || if instead::of(within, &word).is_none() { nearest(&word, known) } else { None };
    let slip = || all().find(|name| same(name)).or_else(near);
    elsewhere.map_or_else(|| (true, slip()), |name| (false, Some(name)))
}

/// The word of `known` that is nearest to `word`, if it is near enough to be a slip of the keys.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let reach = (word.chars().count() / 3).max(1);
    let distances = known.iter().map(|known| (distance(word, known), *known));
    let (distance, nearest) = distances.min_by_key(|(distance, _)| *distance)?;
    // Few miss the first letter and another one.
    let begins_so = distance < 2 || nearest.chars().next() == word.chars().next();
    (distance <= reach && begins_so).then_some(nearest)
}

/// How many slips of the keys make one word of the other: letters that are missing, too many, wrong, or in the place of the next.
// Not by `strsim`: it would be a twentieth of what the attribute costs to build.
fn distance(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    // How far what begins `one` is from what begins `other`, by their lengths.
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (row, letter) in one.iter().enumerate() {
        let last = &rows[row];
        let mut next = vec![row + 1];
        for (column, with) in other.iter().enumerate() {
            let mut least =
                (last[column] + usize::from(letter != with)).min(last[column + 1] + 1).min(next[column] + 1);
            if row > 0 && column > 0 && one[row - 1] == *with && *letter == other[column - 1] {
                least = least.min(rows[row - 1][column - 1] + 1);
            }
            next.push(least);
        }
        rows.push(next);
    }
    rows[one.len()][other.len()]
}

/// Whether it is no constant's name.
pub fn is_lower(word: &str) -> bool {
    !word.contains(char::is_uppercase)
}

/// Whether `word` is one of these, which blanks part.
pub(crate) fn is_one_of(words: &str, word: &str) -> bool {
    words.split(' ').any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_another_implementation() {
        let words = [
            "", "a", "ab", "ba", "retries", "retires", "reties", "retry", "resync", "debounce", "bounce",
            "colour",
        ];
        for (one, other) in words.iter().flat_map(|one| words.iter().map(move |other| (one, other))) {
            assert_eq!(distance(one, other), strsim::osa_distance(one, other), "{one} {other}");
        }
    }

    #[test]
    fn slips_are_known_and_other_words_are_not() {
        let known = ["resource", "retries", "resync", "name"];
        for (word, meant) in [
            ("retires", Some("retries")),
            ("resourse", Some("resource")),
            ("resouce", Some("resource")),
            ("nmae", Some("name")),
            ("retry", None),
            ("metrics", None),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, &known), meant, "{word}");
        }
    }

    #[test]
    fn a_word_of_another_place_is_sent_there() {
        let all = ["retries", "workers", "resync", "filter"];
        let answer = |within, word| no_setting(within, word, "option", &all, &["labels"]);
        assert_eq!(answer("owns", "resync"), "`resync` stands beside `owns(..)`: move it there");
        assert_eq!(
            answer("#[handler]", "workers"),
            "`workers` belongs to the whole controller: move it to `#[controller(..)]`"
        );
        assert!(
            answer("#[handler]", "concurrency").ends_with(
                "= help: `workers` belongs to the whole controller: move it to `#[controller(..)]`"
            )
        );
        assert!(answer("owns", "filter").contains("what is owned is selected by"));
        assert_eq!(answer("owns", "colour"), "unknown option `colour`\n= help: the options are `labels`");
    }

    #[test]
    fn values_that_people_try_are_answered() {
        for (setting, word, said) in [
            ("namespace", "prod-*", "no pattern"),
            ("namespace", "a, b", "write `namespace = [\"a\", \"b\"]`"),
            ("retries", "max", "`retries = u32::MAX`"),
        ] {
            assert!(tried(setting, word).is_some_and(|fault| fault.contains(said)), "{word}");
        }
        for (setting, word) in [
            ("namespace", "prod"),
            ("namespace", "[\"a\", \"b\"]"),
            ("namespace", "&[\"a\"]"),
            ("name", "a*"),
        ] {
            assert_eq!(tried(setting, word), None, "{word}");
        }
        assert!(level("warning").expect_err("no level").ends_with("did you mean \"warn\"?"));
    }
}
