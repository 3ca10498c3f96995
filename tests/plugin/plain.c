/* SPDX-License-Identifier: MIT */
/* First and alone: the header must not need another. */
#include <poised/plugin.h>

/* The least that a plugin in C is, with a loop of its own. Compiled as strict C11. */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

struct poised_plugin {
  const poised_host* host;
};

static poised_plugin* create(const poised_host* host, char* error, size_t error_size) {
  poised_plugin* plugin = malloc(sizeof *plugin);
  (void)error;
  (void)error_size;
  if (plugin != NULL) plugin->host = host;
  return plugin;
}

static void destroy(poised_plugin* plugin) {
  free(plugin);
}

static int on_message(poised_plugin* plugin, const poised_message* message) {
  const poised_host* host = plugin->host;
  if (message->kind == POISED_START) {
    const poised_ready ready = {.size = sizeof ready, .detail = "plain"};
    const poised_message answer = {.size = sizeof answer, .kind = POISED_READY, .payload = &ready};
    return host->submit(host->ctx, &answer);
  }
  if (message->kind == POISED_EVENT) {
    const poised_event* event = message->payload;
    if (POISED_HAS(event, json) && event->json[0] == 't') {
      return host->arm_timer(host->ctx, 3, host->now_ns(host->ctx) + 1000000);
    }
    /* Anything else makes run() leave. */
    plugin->host = NULL;
    return 0;
  }
  return message->kind == POISED_STOP ? 0 : -ENOTSUP;
}

static void on_timer(poised_plugin* plugin, uint64_t tag) {
  const poised_live_signal signal = {
      .size = sizeof signal, .signal = POISED_SIGNAL_DND, .on = tag == 3};
  const poised_message message = {
      .size = sizeof message, .kind = POISED_LIVE_SIGNAL, .payload = &signal};
  plugin->host->submit(plugin->host->ctx, &message);
}

static int run(poised_plugin* plugin, const poised_loop* loop) {
  struct pollfd watched = {.fd = loop->fd, .events = POLLIN};
  while (plugin->host != NULL) {
    if (poll(&watched, 1, -1) > 0 && loop->dispatch(loop->ctx) != 0) return 0;
  }
  return 5;
}

static const char* const capabilities[] = {"availability", "sink", NULL};

POISED_EXPORT extern const poised_plugin_entry_v1 poised_plugin_entry;
const poised_plugin_entry_v1 poised_plugin_entry = {
    .size = sizeof(poised_plugin_entry_v1),
    .abi_major = POISED_ABI_MAJOR,
    .abi_minor = POISED_ABI_MINOR,
    .id = "plain",
    .name = "Plain",
    .version = "1.0",
    .capabilities = capabilities,
    .create = create,
    .destroy = destroy,
    .on_message = on_message,
    .on_timer = on_timer,
    .run = run,
};
