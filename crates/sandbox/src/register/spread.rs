//! Values that readers see only some time after they were written, as in a directory of many copies.

/// A value, since when it is seen, and what is seen until then.
#[derive(Debug, Clone)]
pub(crate) struct Spread<T> {
    newest: T,
    seen_from_ms: u64,
    earlier: Option<T>,
}

/// When something is written, and from when on it is seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// Elapsed milliseconds.
    pub(crate) now_ms: u64,
    /// Elapsed milliseconds from which readers see what is written now.
    pub(crate) seen_from_ms: u64,
}

impl<T: Clone> Spread<T> {
    /// Something new: nobody sees it before its time.
    pub(crate) fn new(value: T, at: Moment) -> Self {
        Self { newest: value, seen_from_ms: at.seen_from_ms, earlier: None }
    }

    /// Writes another value; readers see the earlier one meanwhile.
    pub(crate) fn set(&mut self, value: T, at: Moment) {
        self.earlier = self.seen(at.now_ms).cloned();
        self.newest = value;
        self.seen_from_ms = at.seen_from_ms;
    }

    /// What a reader sees.
    pub(crate) fn seen(&self, now_ms: u64) -> Option<&T> {
        if now_ms >= self.seen_from_ms { Some(&self.newest) } else { self.earlier.as_ref() }
    }

    /// What was written last, seen or not.
    pub(crate) fn newest(&self) -> &T {
        &self.newest
    }
}

/// What a reader sees of a list.
pub(crate) fn seen<T: Clone>(list: &[Spread<T>], now_ms: u64) -> impl Iterator<Item = &T> {
    list.iter().filter_map(move |entry| entry.seen(now_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_seen_later_and_until_then_what_was_there() {
        let at = |now_ms| Moment { now_ms, seen_from_ms: now_ms + 100 };
        let mut value = Spread::new(1, at(0));
        assert_eq!([value.seen(99), value.seen(100)], [None, Some(&1)]);
        value.set(2, at(200));
        assert_eq!([value.seen(299), value.seen(300)], [Some(&1), Some(&2)]);
        value.set(3, at(250));
        assert_eq!([value.seen(349), value.seen(350)], [Some(&1), Some(&3)]);
        assert_eq!(value.newest(), &3);
    }
}
