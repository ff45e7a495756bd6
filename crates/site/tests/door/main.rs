//! Who comes to the door, over real sockets: plain and TLS, chargers and others, and what is said about them.

mod bench;
mod findings;
mod openssl;
mod plain;
mod secure;
