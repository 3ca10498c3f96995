/* SPDX-License-Identifier: MIT */
#ifndef POISED_PLUGIN_H
#define POISED_PLUGIN_H

/*
 * The plugin interface of Poised: a small, versioned C ABI. C11, standard headers only.
 *
 * A plugin is a shared library that exports one data symbol, `poised_plugin_entry`. The host runs
 * it in a child process of its own and speaks to it in messages: messages come in through
 * on_message(), requests go out through host->submit(). A plugin never decides *when* a person is
 * prompted or a desk moves; it carries out what the core has decided and reports what it sees.
 *
 * Rules that hold for everything below
 *  - Every struct starts with its `size` in bytes, as its writer knew it. Structs only ever grow at
 * the end. A reader uses a field only if `size` covers it; POISED_HAS(ptr, field) tells.
 *  - Integers have fixed widths. There are no enums, bools or longs in structs.
 *  - Strings are UTF-8, zero-terminated, valid only for the duration of the call; NULL where
 * absent.
 *  - Times are int64 nanoseconds on CLOCK_BOOTTIME (suspend counts), calendar times are int64 UTC
 * seconds.
 *  - Unknown message kinds are not an error: answer -ENOTSUP and go on.
 *  - [loop-thread]: called, or to be called, only on the thread that runs the plugin's loop.
 *    [any-thread]: may be called from any thread.
 *
 * Versions: the host loads a plugin whose abi_major equals its own and whose abi_minor is not
 * newer.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define POISED_ABI_MAJOR 1u
#define POISED_ABI_MINOR 0u

/* Limits the host enforces: submit() refuses a message beyond them, and a process that gets one
 * past its host is ended. Strings: bytes without the zero. Instants lie within ±2^62 ns, calendar
 * times within ±2^33 s. A plugin may send some hundred messages at once and some dozen a second on
 * top of answers; one that floods is ended. */
#define POISED_MAX_TEXT 4096u
#define POISED_MAX_SETTINGS 65536u
#define POISED_MAX_INTERVALS 2048u
#define POISED_MAX_ACTIONS 8u

#if defined(__GNUC__)
#define POISED_EXPORT __attribute__((visibility("default")))
#else
#define POISED_EXPORT
#endif

/* True if `field` lies within what the writer of *ptr knew. */
#define POISED_HAS(ptr, field) \
  ((ptr)->size >= offsetof(__typeof__(*(ptr)), field) + sizeof((ptr)->field))

/* ------------------------------------------------------------------ messages */

/* Kinds. 1–999: to the plugin. 1000–1999: from the plugin. The payload of each is the struct named
 * beside it; kinds without one have payload NULL. */
#define POISED_START 1u          /* poised_start: first message; answer READY or FAILED */
#define POISED_STOP 2u           /* last message; finish in it, within 1 s; destroy() follows */
#define POISED_CONFIG_CHANGED 3u /* poised_start: new settings */
#define POISED_WATCH_IDLE 4u     /* poised_watch_idle (activity) */
#define POISED_QUERY_INPUT 5u    /* none (activity): answer INPUT_STATE with `correlates` set */
#define POISED_PROMPT 6u         /* poised_prompt (prompt): show, or show again under the same id */
#define POISED_UPDATE_PROMPT 7u  /* poised_prompt (prompt): same id, new state, no new banner */
#define POISED_WITHDRAW_PROMPT 8u       /* poised_prompt_ref (prompt) */
#define POISED_MOVE_DESK 9u             /* poised_move_desk (desk) */
#define POISED_STOP_DESK 10u            /* none (desk): always obeyed */
#define POISED_REFRESH_AVAILABILITY 11u /* none (availability) */
#define POISED_EVENT 12u                /* poised_event (sink) */
#define POISED_PERSON 13u               /* poised_person (desk): whether somebody is there */

#define POISED_READY 1000u /* poised_ready: the plugin works; after new settings, again */
#define POISED_FAILED \
  1001u /* poised_failed: it cannot work now; it is stopped and tried again later */
#define POISED_IDLE_REACHED 1002u /* poised_idle (activity): a watched threshold was reached */
#define POISED_RESUMED                                                      \
  1003u /* poised_resumed (activity): input after IDLE_REACHED, or at start \
         */
#define POISED_INPUT_STATE 1004u /* poised_input_state (activity) */
#define POISED_PRESENCE 1005u    /* poised_presence (activity): lock, sleep, seat */
#define POISED_AVAILABILITY \
  1006u /* poised_availability (availability): replaces this plugin's set */
#define POISED_LIVE_SIGNAL 1007u     /* poised_live_signal (availability) */
#define POISED_PROMPT_ANSWERED 1008u /* poised_prompt_answered (prompt) */
#define POISED_PROMPT_CLOSED 1009u   /* poised_prompt_ref (prompt): gone without an answer */
#define POISED_DESK_STATE 1010u      /* poised_desk_state (desk) */
#define POISED_DEGRADED \
  1011u /* poised_failed: works in part (`reason`), or wholly again (reason "") */
#define POISED_DESK_MOVE_ENDED 1012u /* poised_desk_move_ended (desk): once for each MOVE_DESK */
#define POISED_RESTING 1013u         /* poised_resting: nothing to do here; it is stopped */

/* START, CONFIG_CHANGED. */
typedef struct poised_start {
  uint32_t size;
  uint32_t reserved;
  const char*
      settings_json; /* this plugin's validated settings, one JSON object, ≤ POISED_MAX_SETTINGS */
  const char* locale; /* e.g. "de_DE.UTF-8"; for texts the plugin makes itself */
} poised_start;

/* READY. */
typedef struct poised_ready {
  uint32_t size;
  uint32_t splits_devices; /* activity: 1 if keyboard and pointer are told apart */
  const char* detail;      /* one line for people, e.g. "XSync alarms on :0" */
} poised_ready;

/* FAILED, DEGRADED. */
typedef struct poised_failed {
  uint32_t size;
  uint32_t permanent; /* 1: trying again in this session is useless (e.g. not an X11 session) */
  const char* reason; /* "context: object: reason" */
} poised_failed;

/* RESTING: no fault, but nothing to do. The plugin is stopped, and started again when its settings
 * change or somebody takes the name `bus_name` on the session bus (NULL: nobody need). */
typedef struct poised_resting {
  uint32_t size;
  uint32_t reserved;
  const char* reason; /* one line for people */
  const char* bus_name;
} poised_resting;

#define POISED_DEVICE_ANY 0u
#define POISED_DEVICE_KEYBOARD 1u
#define POISED_DEVICE_POINTER 2u

/* WATCH_IDLE: report IDLE_REACHED, for each device told apart, once there was no input on it for
 * `threshold_ns`; at once if that is so already. `once` 0: again after each later input; 1: fires
 * once for each device, then is gone. The same id replaces a watch; threshold 0 removes it. Ids are
 * the host's. */
typedef struct poised_watch_idle {
  uint32_t size;
  uint32_t id;
  int64_t threshold_ns;
  uint32_t once;
  uint32_t reserved;
} poised_watch_idle;

/* IDLE_REACHED: the last input on `device` was at `since_ns`. */
typedef struct poised_idle {
  uint32_t size;
  uint32_t watch_id;
  int64_t since_ns;
  uint32_t device; /* POISED_DEVICE_… */
  uint32_t reserved;
} poised_idle;

/* RESUMED: input on `device` began at `at_ns` and goes on until the next IDLE_REACHED for it. Sent
 * once for each stretch of input, never for each event. */
typedef struct poised_resumed {
  uint32_t size;
  uint32_t device;
  int64_t at_ns;
} poised_resumed;

/* INPUT_STATE: idle times now; -1 where not known. `keyboard`/`pointer` are -1 where the source
 * cannot tell. */
typedef struct poised_input_state {
  uint32_t size;
  uint32_t reserved;
  int64_t idle_ns;
  int64_t keyboard_idle_ns;
  int64_t pointer_idle_ns;
} poised_input_state;

#define POISED_PRESENCE_LOCKED 1u
#define POISED_PRESENCE_ASLEEP 2u
#define POISED_PRESENCE_SEAT_INACTIVE 3u

/* PRESENCE: one flag changed. */
typedef struct poised_presence {
  uint32_t size;
  uint32_t flag; /* POISED_PRESENCE_… */
  uint32_t on;
  uint32_t reserved;
} poised_presence;

#define POISED_BUSY 0u
#define POISED_BUSY_TENTATIVE 1u
#define POISED_BUSY_OUT_OF_OFFICE 2u

typedef struct poised_interval {
  int64_t from_utc_s;
  int64_t to_utc_s; /* exclusive */
  uint32_t busy_class;
  uint32_t all_day;
} poised_interval; /* fixed: never grows */

/* AVAILABILITY: times only, never texts. */
typedef struct poised_availability {
  uint32_t size;
  uint32_t count; /* ≤ POISED_MAX_INTERVALS */
  const poised_interval* intervals;
  const char*
      source; /* which calendar, in the plugin's own words; the set replaces this source's last */
} poised_availability;

#define POISED_SIGNAL_CALL 0u
#define POISED_SIGNAL_MIC 1u
#define POISED_SIGNAL_CAMERA 2u
#define POISED_SIGNAL_SCREEN_SHARE 3u
#define POISED_SIGNAL_DND 4u
#define POISED_SIGNAL_MIRRORED_DISPLAY 5u
#define POISED_SIGNAL_VIDEO 6u
#define POISED_SIGNAL_FULL_SCREEN 7u

/* LIVE_SIGNAL: each change of a signal; and once after READY, and after each DEGRADED, how each
   signal stands that the plugin can see, on or off. Of what no plugin tells since then, people are
   told that it cannot be seen. */
typedef struct poised_live_signal {
  uint32_t size;
  uint32_t signal;
  uint32_t on;
  uint32_t reserved;
} poised_live_signal;

#define POISED_URGENCY_LOW 0u
#define POISED_URGENCY_NORMAL 1u
#define POISED_URGENCY_CRITICAL 2u

#define POISED_PROMPT_OPEN 0u /* asks; shows the actions */
#define POISED_PROMPT_RUNNING \
  1u /* a break runs from started_ns to ends_ns: show progress, in place */
#define POISED_PROMPT_FINISHED \
  2u /* the break is over: say so (sound if `sound` is set), then go away */
#define POISED_PROMPT_NOTE 3u /* a note that asks for nothing and goes away by itself */

/* Answers; POISED_ANSWER_CUSTOM carries the action's `id` back. */
#define POISED_ANSWER_START 0u
#define POISED_ANSWER_DONE 1u
#define POISED_ANSWER_SNOOZE 2u
#define POISED_ANSWER_SKIP 3u
#define POISED_ANSWER_DISMISS 4u /* the person closed it */
#define POISED_ANSWER_QUIET_TODAY 5u
#define POISED_ANSWER_CUSTOM 6u

typedef struct poised_action {
  uint32_t answer; /* POISED_ANSWER_… */
  uint32_t reserved;
  const char* id;    /* for POISED_ANSWER_CUSTOM, else NULL */
  const char* label; /* for people */
} poised_action;     /* fixed: never grows */

/* PROMPT, UPDATE_PROMPT. */
typedef struct poised_prompt {
  uint32_t size;
  uint32_t state; /* POISED_PROMPT_… */
  uint64_t id;
  const char* title; /* plain text */
  const char* body;  /* plain text: the plugin escapes what its server would take for markup */
  const char* icon;  /* icon name or absolute path, NULL for the default */
  const char* sound; /* sound name of the sound naming specification, NULL for none */
  uint32_t urgency;
  uint32_t action_count; /* ≤ POISED_MAX_ACTIONS */
  const poised_action* actions;
  int64_t started_ns; /* RUNNING */
  int64_t ends_ns;    /* RUNNING */
} poised_prompt;

/* WITHDRAW_PROMPT, PROMPT_CLOSED. */
typedef struct poised_prompt_ref {
  uint32_t size;
  uint32_t reserved;
  uint64_t id;
} poised_prompt_ref;

typedef struct poised_prompt_answered {
  uint32_t size;
  uint32_t answer;
  uint64_t id;
  const char* action_id; /* POISED_ANSWER_CUSTOM */
} poised_prompt_answered;

/* MOVE_DESK: the person's consent `consent` holds until `expires_ns`; later the message is refused.
 * It is for the desk of this name and no other. */
typedef struct poised_move_desk {
  uint32_t size;
  int32_t to_mm;
  uint64_t consent;
  int64_t expires_ns;
  const char* desk; /* as DESK_STATE names it; NULL where there is only one */
} poised_move_desk;

#define POISED_PERSON_UNKNOWN 0u
#define POISED_PERSON_PRESENT 1u
#define POISED_PERSON_LOCKED 2u
#define POISED_PERSON_ASLEEP 3u
#define POISED_PERSON_SEAT_INACTIVE 4u

/* PERSON: sent at the start, when `presence` changes, when input begins and ends, and before each
 * MOVE_DESK. A desk moves for nobody but a PRESENT person. `last_input_ns`: future while it goes
 * on. */
typedef struct poised_person {
  uint32_t size;
  uint32_t presence; /* POISED_PERSON_… */
  int64_t last_input_ns;
} poised_person;

#define POISED_MOVE_ARRIVED 0u
#define POISED_MOVE_STOPPED 1u
#define POISED_MOVE_REFUSED 2u

typedef struct poised_desk_move_ended {
  uint32_t size;
  uint32_t result; /* POISED_MOVE_… */
  uint64_t consent;
  const char* reason; /* one line for people; NULL if it arrived */
} poised_desk_move_ended;

#define POISED_DESK_OK 0u
#define POISED_DESK_MOVING 1u
#define POISED_DESK_BLOCKED 2u
#define POISED_DESK_UNKNOWN 3u
#define POISED_DESK_ABSENT 4u

/* DESK_STATE: of each desk that the plugin drives, apart. READY forgets those told before. */
typedef struct poised_desk_state {
  uint32_t size;
  uint32_t state;
  int32_t height_mm; /* -1: not known */
  uint32_t reserved;
  const char* desk; /* the person's name for it; NULL where there is only one */
} poised_desk_state;

/* EVENT: one line of JSON as `poisectl monitor` prints it. */
typedef struct poised_event {
  uint32_t size;
  uint32_t reserved;
  const char* json;
} poised_event;

typedef struct poised_message {
  uint32_t size;
  uint32_t kind;
  uint64_t seq;        /* set by the sender's side of the wire; unique in each direction */
  uint64_t correlates; /* seq of the message this one answers, 0 if none */
  const void* payload; /* the struct of `kind`; its own first field is its size */
} poised_message;

/* ------------------------------------------------------------------ host */

#define POISED_LOG_ERROR 3
#define POISED_LOG_WARNING 4
#define POISED_LOG_INFO 6
#define POISED_LOG_DEBUG 7

#define POISED_FD_READ 1u
#define POISED_FD_WRITE 2u
#define POISED_FD_ERROR 4u /* delivered, never asked for */

typedef struct poised_host {
  uint32_t size;
  uint32_t abi_major;
  uint32_t abi_minor;
  uint32_t reserved;
  void* ctx; /* first argument of every function below */

  /* Sends a request to the daemon; copies what it needs. 0, or -EINVAL for a malformed message or
   * one before START, -EPERM for one that is not of the plugin's capabilities, -EMSGSIZE beyond a
   * limit, -EAGAIN while too many are unsent, -EPIPE when the daemon is gone. [any-thread] */
  int (*submit)(void* ctx, const poised_message* message);
  /* One line, no newline. Never a person's behaviour. Lines beyond a burst of 64 and four a second
   * are dropped and counted. [any-thread] */
  void (*log)(void* ctx, int32_t priority, const char* line);
  /* CLOCK_BOOTTIME in nanoseconds; virtual under simulation. [any-thread] */
  int64_t (*now_ns)(void* ctx);

  /* Calls entry->on_fd(tag, fd, events) while `fd` is ready for `events` (level-triggered). The
   * same fd again changes it; unwatch it before closing it. 0 or -errno. [loop-thread] */
  int (*watch_fd)(void* ctx, int fd, uint32_t events, uint64_t tag);
  int (*unwatch_fd)(void* ctx, int fd);
  /* Calls entry->on_timer(tag) once, at `at_ns` or as soon after as the loop allows; replaces an
   * armed timer of that tag. The same clock as now_ns. [loop-thread] */
  int (*arm_timer)(void* ctx, uint64_t tag, int64_t at_ns);
  int (*disarm_timer)(void* ctx, uint64_t tag);

  /* Further services by name, NULL if this host has none of that name. [any-thread] */
  const void* (*extension)(void* ctx, const char* name);
} poised_host;

/* An extension: the path (const char *) of a directory that outlasts the plugin, the session and
 * the computer's running. Only for plugins whose manifest's sandbox names "state". */
#define POISED_STATE_DIRECTORY "poised.state-directory"

/* For entry->run: the host side that a plugin with a loop of its own must serve. */
typedef struct poised_loop {
  uint32_t size;
  int32_t fd; /* readable when the host has work */
  void* ctx;
  /* Does the host's pending work (may call on_message, on_timer, on_fd); never blocks. 0 = go on, 1
   * = leave run(). */
  int (*dispatch)(void* ctx);
  /* When the host next needs dispatch() even without input: CLOCK_BOOTTIME ns, or -1 for never. It
   * is also signalled through `fd`, so a loop may ignore this. */
  int64_t (*next_deadline_ns)(void* ctx);
} poised_loop;

/* ------------------------------------------------------------------ plugin */

typedef struct poised_plugin poised_plugin; /* the plugin's own state */

typedef struct poised_plugin_entry_v1 {
  uint32_t size;
  uint32_t abi_major;
  uint32_t abi_minor;
  uint32_t reserved;
  /* Must equal the manifest. Static storage. */
  const char* id;
  const char* name;
  const char* version;
  const char* const*
      capabilities; /* "activity", "availability", "prompt", "desk", "sink"; NULL-terminated */

  /* Makes the plugin's state. NULL on failure, with a line in `error`. Must not block.
   * [loop-thread] */
  poised_plugin* (*create)(const poised_host* host, char* error, size_t error_size);
  void (*destroy)(poised_plugin* plugin); /* [loop-thread] */
  /* 0, -ENOTSUP for an unknown kind, another -errno for a failure that is logged. Must return
   * before the manifest's response_timeout, or the process is ended. [loop-thread] */
  int (*on_message)(poised_plugin* plugin, const poised_message* message);
  void (*on_fd)(poised_plugin* plugin, uint64_t tag, int fd,
                uint32_t events);                        /* may be NULL; [loop-thread] */
  void (*on_timer)(poised_plugin* plugin, uint64_t tag); /* may be NULL; [loop-thread] */
  /* A plugin with a loop of its own (GLib, Asio, libwayland) runs it here until loop->dispatch()
   * returns 1. NULL: the host runs the loop. Implies process isolation. [loop-thread] */
  int (*run)(poised_plugin* plugin, const poised_loop* loop);
} poised_plugin_entry_v1;

/* The one symbol a plugin exports:
 *   POISED_EXPORT const poised_plugin_entry_v1 poised_plugin_entry = { … }; */
#define POISED_ENTRY_SYMBOL "poised_plugin_entry"

#ifdef __cplusplus
}
#endif

#endif
