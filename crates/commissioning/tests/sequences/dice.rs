//! What one turn of a sequence leaves to chance: a few numbers, read one after the other. 0 is the plain choice, so that
//! a story that is shrunk gets plainer.

/// How many numbers a turn has.
pub const THROWS: usize = 16;

/// The numbers of one turn.
#[derive(Debug, Clone)]
pub struct Dice {
    throws: [u16; THROWS],
    next: usize,
}

impl Dice {
    pub fn new(throws: [u16; THROWS]) -> Self {
        Self { throws, next: 0 }
    }

    fn throw(&mut self) -> usize {
        let thrown = self.throws.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        usize::from(thrown)
    }

    /// One of these; the first is the plain one.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.throw() * from.len() >> 16].clone()
    }

    /// True in so many of a hundred; false is the plain one.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.throw() * 100 >> 16 >= 100 - percent
    }
}
