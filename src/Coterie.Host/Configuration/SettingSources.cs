using System.Collections;
using Microsoft.Extensions.Configuration;

namespace Coterie.Host.Configuration;

/// <summary>One value and where it stood, so that a problem can say which file or variable to mend.</summary>
internal readonly record struct Setting(string Value, string Source);

/// <summary>
/// The usual .NET sources, flattened to <c>Section:Key</c>: a JSON file, then environment variables (<c>COTERIE__Section__Key</c>), then the
/// command line (<c>--Section:Key=Value</c>); later ones win.
/// </summary>
internal sealed class SettingSources
{
    private const string EnvironmentPrefix = "COTERIE__";

    private readonly List<string> _problems;

    public SettingSources(List<string> problems) => _problems = problems;

    public SortedDictionary<string, Setting> All { get; } = new(StringComparer.OrdinalIgnoreCase);

    public void AddJsonFile(string path)
    {
        try
        {
            var root = new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(path), optional: false, reloadOnChange: false).Build();
            foreach (var (key, value) in root.AsEnumerable())
            {
                if (value is not null)
                {
                    All[key] = new Setting(value, path);
                }
            }
        }
        catch (FileNotFoundException)
        {
            _problems.Add($"{path}: there is no such file");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or FormatException)
        {
            _problems.Add($"{path}: {Innermost(e)}");
        }
    }

    public void AddEnvironment(IDictionary variables)
    {
        foreach (DictionaryEntry entry in variables)
        {
            if (entry.Key is string name && entry.Value is string value && name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            {
                var key = name[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal);
                All[key] = new Setting(value, $"environment variable {name}");
            }
        }
    }

    public void AddCommandLine(IEnumerable<string> arguments)
    {
        foreach (var argument in arguments)
        {
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (!argument.StartsWith("--", StringComparison.Ordinal) || equals < 3)
            {
                _problems.Add($"command line: '{argument}' is not of the form --Key=Value");
                continue;
            }

            All[argument[2..equals]] = new Setting(argument[(equals + 1)..], "command line");
        }
    }

    private static string Innermost(Exception error)
    {
        while (error.InnerException is not null)
        {
            error = error.InnerException;
        }

        return error.Message.ReplaceLineEndings(" ");
    }
}
