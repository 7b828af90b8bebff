//! Work shared out among threads, which end with it.
//!
//! No pool outlives a call: nothing runs when nothing is asked for, a process that was forked finds
//! no threads missing, and calls from several threads do not wait for each other.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

/// The most threads that a call may use: `COLORCORE_NUM_THREADS`, or as many as there are processors.
///
/// The variable is read once, at the first call that asks.
pub fn most() -> usize {
    static MOST: OnceLock<usize> = OnceLock::new();
    *MOST.get_or_init(|| {
        let named = std::env::var("COLORCORE_NUM_THREADS").ok();
        let number = named.and_then(|text| text.parse().ok());
        let processors = || thread::available_parallelism().map_or(1, usize::from);
        number.unwrap_or_else(processors).max(1)
    })
}

/// Does each piece of work once, on so many threads.
pub fn each<W: Send>(threads: usize, pieces: Vec<W>, work: impl Fn(W) + Sync) {
    if threads <= 1 {
        return pieces.into_iter().for_each(work);
    }
    let queue = Mutex::new(pieces.into_iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let worker = || {
        while let Some(piece) = next() {
            work(piece);
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(worker);
        }
        worker();
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn each_piece_is_done_once_on_any_number_of_threads() {
        for threads in [1, 2, 7] {
            let done: Vec<AtomicUsize> = (0..100).map(|_| AtomicUsize::new(0)).collect();
            each(threads, (0..100).collect(), |i: usize| {
                done[i].fetch_add(1, Ordering::Relaxed);
            });
            assert!(done.iter().all(|count| count.load(Ordering::Relaxed) == 1));
        }
    }
}
