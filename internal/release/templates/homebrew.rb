class Rassync < Formula
  desc "Keep the configuration of a Parallels RAS farm in git"
  homepage "<<.URL>>"
  version "<<.Version>>"
  license "Apache-2.0"
<<range $system := .BrewSystems>>
  on_<<$system.Brew>> do
<<- range $cpu := $system.CPUs>>
    on_<<$cpu.Brew>> do
      url "<<$.URL>>/<<$cpu.Archive.Name>>"
      sha256 "<<$cpu.Archive.SHA256>>"
    end
<<- end>>
  end
<<end>>
  def install
    bin.install "rassync"
    bash_completion.install "completions/rassync.bash" => "rassync"
    zsh_completion.install "completions/_rassync"
    fish_completion.install "completions/rassync.fish"
  end

  test do
    system bin/"rassync", "demo"
  end
end
