//! Writes down all that goes over the network cards of a namespace: frames without their Ethernet header, each after its
//! length (two bytes, big-endian).

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::Duration;

/// As many bytes may wait to be written down: more than a scan sends.
const WAITING: usize = 64 * 1024 * 1024;
/// What the witness sends to itself over loopback when it is told to end: all before it has been seen.
const THE_END: &[u8] = b"that was all";

/// A witness at work.
pub struct Witness {
    process: Child,
    reader: JoinHandle<Vec<u8>>,
}

impl Witness {
    /// Starts it, and waits until it watches.
    pub fn start(mut command: Command) -> Witness {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut stdout = process.stdout.take().expect("piped");
        let mut begun = [0; 5];
        stdout.read_exact(&mut begun).expect("it watches");
        let reader = std::thread::spawn(move || {
            let mut all = Vec::new();
            stdout.read_to_end(&mut all).expect("it can be read");
            all
        });
        Witness { process, reader }
    }

    /// All that it saw.
    pub fn end(mut self) -> Vec<u8> {
        drop(self.process.stdin.take());
        let ended = self.process.wait().expect("it ends");
        assert!(ended.success(), "{ended}");
        self.reader.join().expect("it was read")
    }
}

/// What the witness does: from `here` until its standard input closes.
///
/// # Errors
/// The system does not allow it, or nobody reads.
#[cfg(target_os = "linux")]
pub fn watch() -> std::io::Result<()> {
    use rustix::net::sockopt::{Timeout, set_socket_recv_buffer_size_force, set_socket_timeout};
    use rustix::net::{AddressFamily, RecvFlags, SocketType, eth, recv, socket};
    let ear = socket(AddressFamily::PACKET, SocketType::DGRAM, Some(eth::ALL))?;
    set_socket_recv_buffer_size_force(&ear, WAITING)?;
    set_socket_timeout(&ear, Timeout::Recv, Some(Duration::from_millis(20)))?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    out.write_all(b"here\n")?;
    out.flush()?;
    let told = Arc::new(AtomicBool::new(false));
    let tell = Arc::clone(&told);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        tell.store(true, Relaxed);
    });
    let mouth = std::net::UdpSocket::bind("127.0.0.1:0")?;
    let mut frame = vec![0; 65535];
    let mut has_said = false;
    loop {
        if told.load(Relaxed) && !has_said {
            mouth.send_to(THE_END, "127.0.0.1:9")?;
            has_said = true;
        }
        let Ok((length, _)) = recv(&ear, frame.as_mut_slice(), RecvFlags::empty()) else { continue };
        let Some(frame) = frame.get(..length) else { continue };
        if frame.ends_with(THE_END) {
            return out.flush();
        }
        out.write_all(&(length as u16).to_be_bytes())?;
        out.write_all(frame)?;
    }
}

/// There is no such socket.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn watch() -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
