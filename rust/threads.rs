//! Work shared out among threads, which end with it.
//!
//! No pool outlives a call: nothing runs when nothing is asked for, a process that was forked finds
//! no threads missing, and calls from several threads do not wait for each other.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use crate::error::{Error, Result};

const VARIABLE: &str = "COLORCORE_NUM_THREADS";

/// The most threads that a call may use: `COLORCORE_NUM_THREADS`, or as many as there are processors.
///
/// The variable is read once, at the first call that asks.
pub fn most() -> Result<usize> {
    static MOST: OnceLock<Result<usize>> = OnceLock::new();
    MOST.get_or_init(|| match std::env::var_os(VARIABLE) {
        Some(text) => number(&text.to_string_lossy()),
        None => Ok(thread::available_parallelism().map_or(1, usize::from)),
    })
    .clone()
}

fn number(text: &str) -> Result<usize> {
    let wrong = || Error::Threads {
        variable: VARIABLE,
        got: text.to_owned(),
    };
    let number = text.trim().parse().map_err(|_| wrong())?;
    if number == 0 {
        Err(wrong())
    } else {
        Ok(number)
    }
}

/// Does each piece of work once, on so many threads, or on as many of them as the system grants.
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
            // Where there are no more threads to have, those at work do the rest.
            if thread::Builder::new().spawn_scoped(scope, worker).is_err() {
                break;
            }
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

    #[test]
    fn a_number_of_threads_is_whole_and_at_least_one() {
        assert_eq!(number(" 2 "), Ok(2));
        for text in ["", "0", "-1", "1.5", "two"] {
            let error = number(text).unwrap_err().to_string();
            assert!(
                error.starts_with("COLORCORE_NUM_THREADS must be a whole number from 1 on, got"),
                "{error}"
            );
        }
    }
}
