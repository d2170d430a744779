using System.Text.Json;
using Coterie.Server;
using Coterie.Storage.Files;
using Coterie.Storage.Writer;

namespace Coterie.Host.Start;

/// <summary>Keeps the <see cref="SyncMark"/> of a data directory, and knows which boot of the system this is.</summary>
/// <param name="path">Where it is kept.</param>
/// <param name="bootIdFile">Where the system says which boot this is.</param>
internal sealed class SyncMarkFile(string path, string bootIdFile)
{
    private SyncMark? _noted;
    private string _boot = "";

    /// <summary>Before the store is opened.</summary>
    /// <returns>Whether writes may have been lost.</returns>
    /// <exception cref="IOException">It cannot be noted, or the system does not say which boot this is.</exception>
    public bool Begin(SyncMode mode)
    {
        var found = Read();
        if (found is null && mode == SyncMode.Group)
        {
            return false;
        }

        _boot = File.ReadAllText(bootIdFile).Trim();
        if (_boot.Length == 0)
        {
            // One boot would look like any other, and the death of the machine like that of the process.
            throw new IOException($"{bootIdFile} is empty: which boot of the system this is cannot be told");
        }

        _noted = SyncMark.AtStart(found, _boot, mode);
        Note();
        return _noted is { HasLost: true };
    }

    /// <summary>When the node has started.</summary>
    /// <exception cref="IOException">It cannot be noted.</exception>
    public void Started(SyncMode mode)
    {
        var before = _noted;
        _noted = SyncMark.Started(_boot, mode);
        if (_noted != before)
        {
            Note();
        }
    }

    /// <summary>When the store has been closed.</summary>
    /// <exception cref="IOException">It cannot be noted.</exception>
    public void Stopped(bool isStoreWhole)
    {
        var before = _noted;
        _noted = SyncMark.Stopped(before, isStoreWhole);
        if (_noted != before)
        {
            Note();
        }
    }

    private SyncMark? Read()
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), SyncMarkJson.Default.SyncMark) ?? Unknown : null;
        }
        catch (JsonException)
        {
            return Unknown;
        }
    }

    /// <summary>It is there, so not every write was synced; more cannot be known.</summary>
    private static SyncMark Unknown { get; } = new("", HasLost: true);

    private void Note()
    {
        if (_noted is null)
        {
            DurableFile.Delete(path);
        }
        else
        {
            DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(_noted, SyncMarkJson.Default.SyncMark));
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(SyncMark))]
internal sealed partial class SyncMarkJson : System.Text.Json.Serialization.JsonSerializerContext;
