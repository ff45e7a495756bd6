//! The checks: each reads from top to bottom like an electrician's checklist.

pub mod demand_response;
mod fallback;
pub mod limit_follows;
mod recipes;

pub use fallback::WAKES_WITHIN;
