//! The word that was meant.

/// The word of `known` that is nearest to `word`, if it is near enough to be a slip of the keys.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let reach = (word.chars().count() / 3).max(1);
    let distances = known.into_iter().map(|known| (strsim::osa_distance(word, known), known));
    let (distance, nearest) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= reach).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_known_and_other_words_are_not() {
        let known = ["resource", "retries", "resync", "name"];
        for (word, meant) in [
            ("retires", Some("retries")),
            ("resourse", Some("resource")),
            ("resouce", Some("resource")),
            ("nmae", Some("name")),
            ("retry", None),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }
}
