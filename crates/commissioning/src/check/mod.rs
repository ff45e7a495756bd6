//! The checks: each reads from top to bottom like an electrician's checklist.

pub mod limit_follows;
