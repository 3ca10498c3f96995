/* SPDX-License-Identifier: MIT
 *
 * A picture that is shown: video_stream CLASS ROLE makes a node of that media class and role, as
 * a camera or a compositor does, and a viewer that is linked to it by the session manager. The
 * picture is never drawn; what matters is that the node runs until this program ends. */
#include <pipewire/pipewire.h>
#include <spa/param/video/format-utils.h>
#include <stdio.h>

static const char* const name = "rig-picture";

struct viewer {
  struct pw_loop* loop;
  struct pw_stream* stream;
};

static struct pw_stream* make_stream(struct pw_loop* loop, struct pw_properties* properties,
                                     enum pw_direction direction, enum pw_stream_flags flags,
                                     const struct pw_stream_events* events, void* data) {
  struct pw_stream* stream = pw_stream_new_simple(
      loop, pw_properties_get(properties, PW_KEY_NODE_NAME), properties, events, data);
  uint8_t buffer[1024];
  struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(buffer, sizeof buffer);
  const struct spa_pod* format = spa_pod_builder_add_object(
      &builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat, SPA_FORMAT_mediaType,
      SPA_POD_Id(SPA_MEDIA_TYPE_video), SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw),
      SPA_FORMAT_VIDEO_format, SPA_POD_Id(SPA_VIDEO_FORMAT_RGBx), SPA_FORMAT_VIDEO_size,
      SPA_POD_Rectangle(&SPA_RECTANGLE(64, 48)), SPA_FORMAT_VIDEO_framerate,
      SPA_POD_Fraction(&SPA_FRACTION(10, 1)));
  if (stream == NULL || pw_stream_connect(stream, direction, PW_ID_ANY, flags, &format, 1) < 0)
    return NULL;
  return stream;
}

static void state_changed(void* data, enum pw_stream_state before, enum pw_stream_state now,
                          const char* error) {
  static const struct pw_stream_events none = {PW_VERSION_STREAM_EVENTS};
  struct viewer* viewer = data;
  (void)before;
  if (now == PW_STREAM_STATE_ERROR) fprintf(stderr, "video_stream: %s\n", error);
  if (now != PW_STREAM_STATE_PAUSED || viewer->stream != NULL) return;
  viewer->stream = make_stream(
      viewer->loop,
      pw_properties_new(PW_KEY_NODE_NAME, "rig-viewer", PW_KEY_MEDIA_TYPE, "Video",
                        PW_KEY_MEDIA_CATEGORY, "Capture", PW_KEY_TARGET_OBJECT, name, NULL),
      PW_DIRECTION_INPUT, PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS, &none, NULL);
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  pw_init(&argc, &argv);
  struct pw_main_loop* loop = pw_main_loop_new(NULL);
  struct viewer viewer = {pw_main_loop_get_loop(loop), NULL};
  const struct pw_stream_events events = {PW_VERSION_STREAM_EVENTS, .state_changed = state_changed};
  if (make_stream(viewer.loop,
                  pw_properties_new(PW_KEY_NODE_NAME, name, PW_KEY_MEDIA_CLASS, argv[1],
                                    PW_KEY_MEDIA_ROLE, argv[2], NULL),
                  PW_DIRECTION_OUTPUT, PW_STREAM_FLAG_DRIVER | PW_STREAM_FLAG_MAP_BUFFERS, &events,
                  &viewer) == NULL)
    return 1;
  return pw_main_loop_run(loop);
}
