//! A lane's line: slots in the order of their arrival, linked by index, so that one can leave from the middle in O(1).

/// The place of a slot.
pub(super) type Index = u32;

/// No slot.
pub(super) const NONE: Index = Index::MAX;

/// The neighbours of a slot in its line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Links {
    before: Index,
    after: Index,
}

impl Links {
    /// Of a slot that stands in no line.
    pub(super) const UNLINKED: Self = Self { before: NONE, after: NONE };
}

/// What can stand in a line.
pub(super) trait Linked {
    fn links(&mut self) -> &mut Links;
}

/// First in, first out. The links of all lines stand in one slice of slots: a slot is in one line at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    head: Index,
    tail: Index,
}

impl Line {
    pub(super) const EMPTY: Self = Self { head: NONE, tail: NONE };

    /// The slot that came first.
    pub(super) fn head(self) -> Option<Index> {
        (self.head != NONE).then_some(self.head)
    }

    /// Puts a slot at the end.
    pub(super) fn push(&mut self, slots: &mut [impl Linked], index: Index) {
        *slots[index as usize].links() = Links { before: self.tail, after: NONE };
        match self.tail {
            NONE => self.head = index,
            tail => slots[tail as usize].links().after = index,
        }
        self.tail = index;
    }

    /// Takes a slot of this line out, wherever it stands.
    pub(super) fn remove(&mut self, slots: &mut [impl Linked], index: Index) {
        let Links { before, after } = std::mem::replace(slots[index as usize].links(), Links::UNLINKED);
        match before {
            NONE => self.head = after,
            before => slots[before as usize].links().after = after,
        }
        match after {
            NONE => self.tail = before,
            after => slots[after as usize].links().before = before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Linked for Links {
        fn links(&mut self) -> &mut Links {
            self
        }
    }

    fn drain(line: &mut Line, links: &mut [Links]) -> Vec<Index> {
        std::iter::from_fn(|| {
            let head = line.head()?;
            line.remove(links, head);
            Some(head)
        })
        .collect()
    }

    #[test]
    fn slots_leave_in_the_order_of_their_arrival() {
        let (mut line, mut links) = (Line::EMPTY, vec![Links::UNLINKED; 5]);
        for index in [3, 0, 4, 1] {
            line.push(&mut links, index);
        }
        assert_eq!(drain(&mut line, &mut links), [3, 0, 4, 1]);
        assert_eq!(line.head(), None);
    }

    #[test]
    fn a_slot_can_leave_from_either_end_and_from_the_middle() {
        for (gone, left) in [(0, [1, 2]), (1, [0, 2]), (2, [0, 1])] {
            let (mut line, mut links) = (Line::EMPTY, vec![Links::UNLINKED; 4]);
            (0..3).for_each(|index| line.push(&mut links, index));
            line.remove(&mut links, gone);
            line.push(&mut links, 3);
            assert_eq!(drain(&mut line, &mut links), [left[0], left[1], 3]);
        }
    }
}
