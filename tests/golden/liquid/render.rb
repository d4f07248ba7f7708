# Renders each case as the body of one post of a site, by the real Jekyll: its reader, its tags, its filters.
# ruby render.rb SITE CASES: writes JSON, the output of each case; "!" before what Jekyll fails with.
require "jekyll"
require "json"

source, cases = ARGV
Jekyll.logger.log_level = :error
site = Jekyll::Site.new(
  Jekyll.configuration("source" => source, "destination" => "#{source}/_site", "disable_disk_cache" => true)
)
site.reset
site.read
site.generate
post = site.posts.docs.find { |each| each.basename == "2024-01-02-case.md" }
written = File.readlines(cases, :chomp => true, :encoding => "UTF-8").to_h do |line|
  payload = site.site_payload
  payload["page"] = post.to_liquid
  payload["site"].current_document = post
  info = {
    :registers        => { :site => site, :page => payload["page"] },
    :strict_filters   => false,
    :strict_variables => false,
  }
  output = begin
    site.liquid_renderer.file(line).parse(line.gsub("⏎", "\n")).render!(payload, info)
  rescue StandardError => e
    "!#{e.message.lines.first.to_s.strip}"
  end
  [line, output]
end
puts JSON.pretty_generate(written)
