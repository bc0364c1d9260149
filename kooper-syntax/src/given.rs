//! What was given, and where.

/// Names with the place where each was given last, in the order of their first.
#[derive(Clone, Debug)]
pub struct Given<P>(Vec<(&'static str, P)>);

impl<P> Default for Given<P> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<P: Copy> Given<P> {
    /// Takes a name in; whether it was given already.
    pub fn insert(&mut self, name: &'static str, place: P) -> bool {
        let before = self.0.iter_mut().find(|(other, _)| *other == name);
        let is_known = before.is_some();
        match before {
            Some((_, known)) => *known = place,
            None => self.0.push((name, place)),
        }
        is_known
    }

    /// Where a name was given, if it was.
    pub fn get(&self, name: &str) -> Option<P> {
        self.0.iter().find(|(other, _)| *other == name).map(|(_, place)| *place)
    }

    /// Whether a name was given.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All that was given besides `name`.
    pub fn besides(&self, name: &str) -> impl Iterator<Item = &(&'static str, P)> {
        self.0.iter().filter(move |(other, _)| *other != name)
    }

    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_where_it_was_given_last() {
        let mut given = Given::default();
        assert!(given.is_empty() && !given.has("name"));
        assert!(!given.insert("name", 1) && !given.insert("retries", 2) && given.insert("name", 3));
        assert_eq!((given.get("name"), given.get("retries"), given.get("workers")), (Some(3), Some(2), None));
        assert_eq!(given.besides("retries").collect::<Vec<_>>(), [&("name", 3)]);
    }
}
