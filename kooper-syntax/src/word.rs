//! Words that people try, since other libraries have them or by a slip, and what was meant.

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
        "kind type object for reconciles crd api api_version group version plural resource_type custom_resource",
    ),
    setting("name", "the controller's name is", "id controller controller_name named"),
    setting(
        "retries",
        "the retry limit is",
        "retry max_retries max_retry max_attempts attempts retry_limit processing_job_retries",
    ),
    setting(
        "workers",
        "handlers that run at once are",
        "concurrency concurrent_workers max_concurrent_reconciles parallelism threads max_concurrency concurrent thread_count worker_count max_workers",
    ),
    setting(
        "resync",
        "the resync interval is",
        "interval resync_interval resync_period sync_period period requeue_interval requeue_after max_reconciliation_interval requeue schedule every timer poll poll_interval",
    ),
    setting(
        "backoff",
        "delays are",
        "delay retry_delay retry_backoff gradual_retry error_delays exponential_backoff",
    ),
    setting(
        "timeout",
        "attempts end after",
        "reconciliation_timeout reconcile_timeout deadline handler_timeout",
    ),
    setting(
        "debounce",
        "runs of an object are parted by",
        "debounce_interval quiet_period min_interval throttle cooldown",
    ),
    setting(
        "rate_limit",
        "the limit of retries is",
        "rate rate_limiter rate_limited qps bucket token_bucket limit_for_period",
    ),
    setting(
        "namespace",
        "the watched namespaces are",
        "namespaces ns in_namespace watch_namespace watch_namespaces",
    ),
    setting(
        "labels",
        "the label selector is",
        "label selector label_selector labels_selector match_labels where",
    ),
    setting("fields", "the field selector is", "field field_selector fields_selector"),
    setting(
        "filter",
        "what `add` is given is said by",
        "predicate predicates when if event_filter filters generic_filter on_add_filter on_update_filter",
    ),
    setting(
        "on_error",
        "errors are judged by",
        "error_policy error_handler errors on_failure update_error_status",
    ),
    setting("finalizer", "the finalizer is", "finalizers finalizer_name with_finalizer"),
    setting(
        "shutdown",
        "handlers may run on for",
        "drain drain_timeout graceful_shutdown graceful_shutdown_timeout grace_period termination_timeout",
    ),
    setting("span", "spans are set by", "level target err spans trace tracing instrument"),
    setting("crate", "the path of Kooper is", "krate kooper crates"),
    setting("owns", "what its objects own is", "own owned owned_by depends_on dependents dependent"),
    setting(
        "watches",
        "related kinds are",
        "watch watch_also also_watches watches_with event_source event_sources informer informers",
    ),
    setting(
        "map",
        "the function that gives the keys is",
        "mapper map_fn with map_to to key keys handler enqueue map_func",
    ),
    setting("initial", "the first delay is", "min base start initial_interval delay"),
    setting("max", "the longest delay is", "cap limit max_delay max_interval"),
    setting("factor", "each delay is multiplied by", "multiplier exponent interval_multiplier"),
    setting("jitter", "chance moves delays by", "randomness jitter_factor"),
];

/// Words that lead to no setting, most of them of `#[instrument]`, and what to do without one.
const NO_SETTINGS: [(&str, &str); 6] = [
    ("skip skip_all", "spans record no arguments unless `span(fields(..))` asks for them; remove it"),
    ("ret", "the outcome of a handler is already recorded as `kooper.outcome`; remove it"),
    ("parent follows_from", "the parent of a handler's span is the span of its attempt; remove it"),
    ("all_namespaces cluster_wide", "all namespaces are watched unless `namespace` is given; remove it"),
    ("scope cluster_scoped namespaced", "the type says whether its objects live in namespaces; remove it"),
    (
        "generation_aware generation_aware_event_processing generation_changed",
        "`add` is given every change; return `Ok(())` for what does not matter",
    ),
];

/// Values that people try, by setting, and what to do instead.
const VALUES: [(&str, &str, &str); 16] = [
    ("name", "", "`name` is empty; leave it out for the default"),
    ("namespace", "", "`namespace` is empty; leave it out to watch all of them"),
    ("namespace", "[]", "`namespace` lists no namespace; leave it out to watch all of them"),
    ("namespace", "*", "`namespace` takes no pattern; leave it out to watch all of them"),
    ("retries", "forever infinite unlimited always", "for no limit write `retries = u32::MAX`"),
    ("retries", "None none never off", "for no retry write `retries = 0`, for no limit `retries = u32::MAX`"),
    ("workers", "0 0u32", "`workers` must be at least 1: with no workers no handler ever runs"),
    ("timeout", "never none None off", "`timeout` is off unless it is given; remove it"),
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
    ("shutdown", "never none None off", "`shutdown` takes a time; for a long one write `shutdown = \"1h\"`"),
    (
        "shutdown",
        "0 0s",
        "`shutdown` must be longer than zero; to cut handlers off write `shutdown = \"1ms\"`",
    ),
    ("namespace", "None none", "`namespace` takes no `None`; leave it out to watch all of them"),
    ("debounce", "0s never none None off", "`debounce` is off unless it is given; remove it"),
    ("rate_limit", "never none None off unlimited", "`rate_limit` is off unless it is given; remove it"),
    ("resync", "0 0s none None off Never false", "to switch `resync` off write `resync = \"never\"`"),
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

/// What to do where `word` would be a setting elsewhere, and there is none here.
pub fn instead(word: &str) -> Option<&'static str> {
    NO_SETTINGS.iter().find(|(words, _)| is_one_of(words, word)).map(|(_, instead)| *instead)
}

/// What is wrong with `word` as the value of a setting, where people try it.
pub fn tried(setting: &str, word: &str) -> Option<&'static str> {
    VALUES
        .iter()
        .find(|(name, words, _)| *name == setting && is_one_of(words, word))
        .map(|(_, _, fault)| *fault)
}

/// The levels of spans, as they are written; the last is none.
const LEVELS: [&str; 6] = ["trace", "debug", "info", "warn", "error", "off"];

/// The level that `word` is, in lower case.
///
/// # Errors
///
/// What is wrong.
pub fn level(word: &str) -> Result<&'static str, String> {
    let lower = word.to_lowercase();
    let known = LEVELS.into_iter().find(|level| *level == lower);
    known.ok_or_else(|| {
        let levels = LEVELS.map(|level| format!("{level:?}")).join(", ");
        let near = nearest(&lower, LEVELS).map(|near| format!("; did you mean {near:?}?"));
        format!(
            "unknown level {word:?}{}",
            near.unwrap_or_else(|| format!("\n= help: the levels are {levels}"))
        )
    })
}

/// Which of the `known` settings is meant by `word`, and whether that is a slip: as it is called elsewhere, or by distance.
/// `maxRetries` is `max_retries`.
pub fn meant<'a>(
    within: &str,
    word: &str,
    known: &(impl Iterator<Item = &'a str> + Clone),
) -> (bool, Option<&'a str>) {
    let word = word.to_lowercase();
    let same = |other: &str| other.replace('_', "") == word.replace('_', "");
    let elsewhere = known.clone().find(|name| others(within, name).split(' ').any(same));
    let slip = || known.clone().find(|name| same(name)).or_else(|| nearest(&word, known.clone()));
    elsewhere.map_or_else(|| (true, slip()), |name| (false, Some(name)))
}

/// The word of `known` that is nearest to `word`, if it is near enough to be a slip of the keys.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let reach = (word.chars().count() / 3).max(1);
    let distances = known.into_iter().map(|known| (distance(word, known), known));
    let (distance, nearest) = distances.min_by_key(|(distance, _)| *distance)?;
    // Few miss the first letter and another one.
    let begins_so = distance < 2 || nearest.chars().next() == word.chars().next();
    (distance <= reach && begins_so).then_some(nearest)
}

/// How many slips of the keys make one word of the other: letters that are missing, too many, wrong, or in the place of the next.
// Not by `strsim`: it would be a twentieth of what the attribute costs to build.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // The distances of what begins `one` from what begins `other`: of one letter less, and of two.
    let mut rows: [Vec<usize>; 3] = [Vec::new(), Vec::new(), (0..=other.len()).collect()];
    for (row, letter) in one.iter().enumerate() {
        rows.rotate_left(1);
        let [before_last, last, next] = &mut rows;
        *next = vec![row + 1];
        for (column, with) in other.iter().enumerate() {
            let mut least =
                (last[column] + usize::from(letter != with)).min(last[column + 1] + 1).min(next[column] + 1);
            if row > 0 && column > 0 && one[row - 1] == *with && *letter == other[column - 1] {
                least = least.min(before_last[column - 1] + 1);
            }
            next.push(least);
        }
    }
    rows[2][other.len()]
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
            "größe",
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
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }
}
