using System.Runtime.InteropServices;

namespace Coterie.Storage.Files;

/// <summary>
/// Makes files and directories durable, and says so when it fails: the class library syncs files only, and reports success where fsync fails.
/// </summary>
public static partial class DurableFile
{
    private const int ReadOnly = 0;

    /// <summary>What is in the file; or what was made, moved or deleted in the directory.</summary>
    /// <exception cref="IOException">It could not be synced.</exception>
    public static void Sync(string path)
    {
        var descriptor = Open(path, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"{path} cannot be opened: error {Marshal.GetLastPInvokeError()}");
        }

        var result = FileSync(descriptor);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (result != 0)
        {
            throw new IOException($"{path} cannot be synced: error {error}");
        }
    }

    /// <summary>Appears under its name whole or not at all, and is durable when this returns.</summary>
    /// <exception cref="IOException">It could not be written or synced.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".new";
        File.WriteAllBytes(temporary, content);
        Sync(temporary);
        File.Move(temporary, path, overwrite: true);
        Sync(DirectoryOf(path));
    }

    /// <summary>Is gone, durably, when this returns; nothing happens if it is not there.</summary>
    /// <exception cref="IOException">It could not be deleted or synced.</exception>
    public static void Delete(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
            Sync(DirectoryOf(path));
        }
    }

    private static string DirectoryOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FileSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
