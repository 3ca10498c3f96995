// SPDX-License-Identifier: MIT
#include "calendar/worker/multistatus.hpp"

#include <array>
#include <pugixml.hpp>

namespace poised::calendar {
namespace {

constexpr std::string_view dav = "DAV:";
constexpr std::string_view caldav = "urn:ietf:params:xml:ns:caldav";
constexpr std::string_view server = "http://calendarserver.org/ns/";

/// What the prefix of the node's name stands for there.
std::string_view space_of(pugi::xml_node node) {
  const std::string_view name = node.name();
  const auto colon = name.find(':');
  const std::string declaration =
      colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
  for (; node; node = node.parent())
    if (const auto attribute = node.attribute(declaration.c_str())) return attribute.value();
  return {};
}

bool is(pugi::xml_node node, std::string_view space, std::string_view local) {
  std::string_view name = node.name();
  if (const auto colon = name.find(':'); colon != std::string_view::npos)
    name.remove_prefix(colon + 1);
  return name == local && space_of(node) == space;
}

pugi::xml_node child(pugi::xml_node node, std::string_view space, std::string_view local) {
  for (const auto& one : node.children())
    if (is(one, space, local)) return one;
  return {};
}

/// "HTTP/1.1 200 OK" → "200".
std::string code_of(pugi::xml_node status) {
  const std::string_view line = status.text().get();
  const auto blank = line.find(' ');
  return blank == std::string_view::npos ? std::string() : std::string(line.substr(blank + 1, 3));
}

std::string first_href(pugi::xml_node node) {
  return child(node, dav, "href").text().get();
}

void read_property(pugi::xml_node property, std::array<std::string, resource_fields>& resource) {
  const auto text = [&] { return std::string(property.text().get()); };
  if (is(property, dav, "getetag")) resource[resource_etag] = text();
  if (is(property, server, "getctag")) resource[resource_ctag] = text();
  if (is(property, dav, "sync-token")) resource[resource_sync_token] = text();
  if (is(property, dav, "displayname")) resource[resource_name] = text();
  if (is(property, caldav, "calendar-data")) resource[resource_text] = text();
  if (is(property, dav, "current-user-principal"))
    resource[resource_principal] = first_href(property);
  if (is(property, caldav, "calendar-home-set")) resource[resource_home] = first_href(property);
  if (is(property, caldav, "calendar-user-address-set"))
    for (const auto& href : property.children())
      if (is(href, dav, "href"))
        resource[resource_addresses] += std::string(href.text().get()) + "\n";
  if (is(property, dav, "resourcetype") && child(property, caldav, "calendar") &&
      resource[resource_kind].empty())
    resource[resource_kind] = "calendar";
  if (is(property, caldav, "schedule-calendar-transp") && child(property, caldav, "transparent"))
    resource[resource_kind] = "transparent";
  if (is(property, caldav, "supported-calendar-component-set")) {
    bool events = false;
    for (const auto& component : property.children())
      events = events || std::string_view(component.attribute("name").value()) == "VEVENT";
    if (!events) resource[resource_kind] = "transparent";
  }
  if (is(property, dav, "supported-report-set"))
    for (const auto& supported : property.children())
      if (child(child(supported, dav, "report"), dav, "sync-collection"))
        resource[resource_reports] = "sync";
}

}  // namespace

Frame read_multistatus(std::string_view xml) {
  Frame frame{FrameKind::resources, {"", ""}};
  pugi::xml_document document;
  // pugixml reads neither external entities nor document types.
  const auto parsed = document.load_buffer(xml.data(), xml.size());
  const auto root = document.document_element();
  if (!parsed || !is(root, dav, "multistatus")) {
    frame.texts[0] = "not a WebDAV answer";
    return frame;
  }
  for (const auto& node : root.children()) {
    if (is(node, dav, "sync-token")) frame.texts[1] = node.text().get();
    if (!is(node, dav, "response")) continue;
    std::array<std::string, resource_fields> resource;
    resource[resource_href] = first_href(node);
    resource[resource_status] = code_of(child(node, dav, "status"));
    for (const auto& propstat : node.children()) {
      if (!is(propstat, dav, "propstat") || code_of(child(propstat, dav, "status")) != "200")
        continue;
      resource[resource_status] = "200";
      for (const auto& property : child(propstat, dav, "prop").children())
        read_property(property, resource);
    }
    frame.texts.insert(frame.texts.end(), resource.begin(), resource.end());
  }
  return frame;
}

}  // namespace poised::calendar
