using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Coterie.Model;

namespace Coterie.Host.Configuration;

/// <summary>
/// Reads settings by key and type and gathers what is wrong with them, one line each. A key that nothing asked for is a problem too: call
/// <see cref="ReportUnknown"/> last.
/// </summary>
internal sealed class SettingReader(IReadOnlyDictionary<string, Setting> settings, List<string> problems)
{
    private readonly SortedSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    public string? RequiredText(string key)
    {
        var text = Text(key, "");
        if (text.Length == 0 && !settings.ContainsKey(key))
        {
            problems.Add($"{key} is missing");
        }

        return text.Length == 0 ? null : text;
    }

    public string Text(string key, string otherwise)
    {
        if (!Find(key, out var setting))
        {
            return otherwise;
        }

        if (string.IsNullOrWhiteSpace(setting.Value))
        {
            Report(key, setting, "is empty");
            return otherwise;
        }

        if (setting.Value.Any(char.IsControl) || setting.Value.Length > 4096)
        {
            Report(key, setting, "holds control characters or is too long");
            return otherwise;
        }

        return setting.Value.Trim();
    }

    public bool Boolean(string key, bool otherwise)
    {
        if (!Find(key, out var setting))
        {
            return otherwise;
        }

        if (bool.TryParse(setting.Value, out var value))
        {
            return value;
        }

        Report(key, setting, "is not true or false");
        return otherwise;
    }

    public TEnum Choice<TEnum>(string key, TEnum otherwise)
        where TEnum : struct, Enum
    {
        if (!Find(key, out var setting))
        {
            return otherwise;
        }

        if (Enum.TryParse<TEnum>(setting.Value, ignoreCase: true, out var value) && !int.TryParse(setting.Value, out _))
        {
            return value;
        }

        Report(key, setting, $"is none of {string.Join(", ", Enum.GetNames<TEnum>())}");
        return otherwise;
    }

    public int Number(string key, int otherwise, int least, int most)
    {
        if (!Find(key, out var setting))
        {
            return otherwise;
        }

        if (!int.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            Report(key, setting, string.Create(CultureInfo.InvariantCulture, $"is not a whole number, as in {otherwise}"));
            return otherwise;
        }

        if (value < least || value > most)
        {
            Report(key, setting, string.Create(CultureInfo.InvariantCulture, $"is not between {least} and {most}"));
            return otherwise;
        }

        return value;
    }

    public TimeSpan Length(string key, TimeSpan otherwise, TimeSpan least, TimeSpan most)
    {
        if (!Find(key, out var setting))
        {
            return otherwise;
        }

        if (!Duration.TryParse(setting.Value, out var value))
        {
            Report(key, setting, $"is not a number with a unit of time ({Duration.UnitsText}), as in {Duration.Format(otherwise)}");
            return otherwise;
        }

        if (value < least || value > most)
        {
            Report(key, setting, $"is not between {Duration.Format(least)} and {Duration.Format(most)}");
            return otherwise;
        }

        return value;
    }

    public long Bytes(string key, long otherwise, long least, long most)
    {
        if (!Find(key, out var setting))
        {
            return otherwise;
        }

        if (!ByteSize.TryParse(setting.Value, out var value))
        {
            Report(key, setting, $"is not a number with a unit of size ({ByteSize.UnitsText}), as in {ByteSize.Format(otherwise)}");
            return otherwise;
        }

        if (value < least || value > most)
        {
            Report(key, setting, $"is not between {ByteSize.Format(least)} and {ByteSize.Format(most)}");
            return otherwise;
        }

        return value;
    }

    public IPEndPoint? RequiredAddress(string key)
    {
        if (!Find(key, out var setting))
        {
            problems.Add($"{key} is missing");
            return null;
        }

        return Address(key, setting);
    }

    /// <summary>Null if it is not given, or wrong.</summary>
    public IPEndPoint? Address(string key) => Find(key, out var setting) ? Address(key, setting) : null;

    /// <summary>A JSON list, or one text with commas, which is what environment and command line can give.</summary>
    public ImmutableArray<IPEndPoint> RequiredAddresses(string key)
    {
        var found = new List<(string Key, Setting Setting)>();
        if (Find(key, out var whole) && whole.Value.Length > 0)
        {
            found.AddRange(whole.Value.Split(',', StringSplitOptions.TrimEntries).Select(part => (key, whole with { Value = part })));
            KnowList(key, _ => { });
        }
        else
        {
            KnowList(key, item => found.Add(item));
        }

        if (found.Count == 0)
        {
            problems.Add($"{key} is missing");
        }
        else if (found.Count > Limits.NodesMax)
        {
            problems.Add($"{key} names {found.Count} nodes; at most {Limits.NodesMax} are possible");
        }

        return [.. found.Select(item => Address(item.Key, item.Setting)).OfType<IPEndPoint>()];
    }

    public void Report(string key, string problem)
    {
        if (settings.TryGetValue(key, out var setting))
        {
            Report(key, setting, problem);
        }
        else
        {
            problems.Add($"{key} {problem}");
        }
    }

    public bool IsGiven(string key) => settings.ContainsKey(key);

    public void ReportUnknown()
    {
        foreach (var (key, setting) in settings)
        {
            if (_known.Contains(key) || (setting.Value.Length == 0 && _known.Any(known => known.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase))))
            {
                continue;
            }

            var near = Spelling.Nearest(key, _known);
            problems.Add($"{setting.Source}: {key} is not a known key{(near is null ? "" : $"; did you mean {near}?")}");
        }
    }

    private void KnowList(string key, Action<(string Key, Setting Setting)> visit)
    {
        for (var i = 0; ; i++)
        {
            var item = string.Create(CultureInfo.InvariantCulture, $"{key}:{i}");
            if (!settings.TryGetValue(item, out var setting))
            {
                return;
            }

            _known.Add(item);
            visit((item, setting));
        }
    }

    private IPEndPoint? Address(string key, Setting setting)
    {
        if (IPEndPoint.TryParse(setting.Value, out var address) && address.Port != 0 && setting.Value.Contains(':', StringComparison.Ordinal))
        {
            return address;
        }

        Report(key, setting, "is not an IP address with a port, as in 127.0.0.1:9042");
        return null;
    }

    private bool Find(string key, out Setting setting)
    {
        _known.Add(key);
        return settings.TryGetValue(key, out setting);
    }

    private void Report(string key, Setting setting, string problem) => problems.Add($"{setting.Source}: {key} '{setting.Value}' {problem}");
}
