using System.Diagnostics;
using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Coterie.Cli.Lab;

/// <summary>
/// A network namespace that only this process and its children see. Nodes can be cut off from each other there without a firewall, without touching anybody else's
/// traffic, and without anything to clean up: it is gone with the last process in it, however that ends. It takes root, or a system that lets its users have
/// namespaces of their own.
/// </summary>
/// <remarks>
/// A process with threads cannot move, so this one becomes <c>unshare</c>, which becomes this command again: one process all the time, with the same terminal,
/// signals and exit code. There, Linux's rule that local addresses are looked up first is moved behind the rules that cut nodes off.
/// </remarks>
internal static class PrivateNetwork
{
    /// <summary>Says to the command that it runs in such a network, by naming the one that it came from.</summary>
    private const string Mark = "COTERIE_LAB_NETWORK_BEFORE";

    private const string SetUp = "ip link set lo up && ip rule add pref 100 lookup local && ip rule del pref 0";
    private const int CutPreference = 10;

    private static readonly string[] Tools = ["unshare", "ip", "sh"];

    public static bool IsInside => Environment.GetEnvironmentVariable(Mark) is { Length: > 0 } before && Current() is { } current && current != before;

    /// <summary>Does not return, unless it cannot be.</summary>
    /// <returns>Why it cannot be, for people.</returns>
    public static async Task<string> EnterAsync(IReadOnlyList<string> arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "a partition needs Linux: it is made in a network namespace";
        }

        if (Tools.Where(static tool => Find(tool) is null).ToList() is { Count: > 0 } missing)
        {
            return $"a partition needs the commands {string.Join(" and ", missing)}, which are not here (Debian and Ubuntu: apt install util-linux iproute2)";
        }

        // As root without a user namespace; anybody else is root in one of their own, where the system allows it.
        string[] unshare = Environment.IsPrivilegedProcess ? [Find("unshare")!, "--net"] : [Find("unshare")!, "--user", "--map-root-user", "--net"];
        if (await ErrorOfAsync([.. unshare, "--", Find("sh")!, "-c", SetUp]) is { } problem)
        {
            return $"a partition needs a network of its own, and the system does not allow one: {problem}; it takes root with CAP_NET_ADMIN and CAP_SYS_ADMIN, or user namespaces";
        }

        string[] command = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, Assembly.GetEntryAssembly()!.Location, .. arguments]
            : [Environment.ProcessPath!, .. arguments];
        return Become([.. unshare, "--", Find("sh")!, "-c", $"{SetUp} && export {Mark}='{Current()}' && exec \"$@\"", "sh", .. command]);
    }

    /// <summary>Nothing goes from one address to the other any more, nor back: what is sent is thrown away.</summary>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static async Task CutAsync(IPAddress one, IPAddress other)
    {
        await RuleAsync("add", one, other);
        await RuleAsync("add", other, one);
    }

    /// <exception cref="IOException">It cannot be done.</exception>
    public static async Task HealAsync(IPAddress one, IPAddress other)
    {
        await RuleAsync("del", one, other);
        await RuleAsync("del", other, one);
    }

    private static async Task RuleAsync(string verb, IPAddress from, IPAddress to)
    {
        if (!IsInside)
        {
            throw new InvalidOperationException("Rules are for a network of one's own");
        }

        if (await ErrorOfAsync([Find("ip")!, "rule", verb, "pref", $"{CutPreference}", "from", from.ToString(), "to", to.ToString(), "blackhole"]) is { } problem)
        {
            throw new IOException($"{from} cannot be cut off from {to}: {problem}");
        }
    }

    private static string? Current() => new FileInfo("/proc/self/ns/net").LinkTarget;

    /// <summary>Where the shell would find it, or among what only root has in its path.</summary>
    private static string? Find(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(["/usr/sbin", "/sbin", "/usr/bin", "/bin"])
            .Select(directory => Path.Combine(directory, tool)).FirstOrDefault(File.Exists);

    /// <returns>Null: it went well.</returns>
    private static async Task<string?> ErrorOfAsync(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : error.Trim().ReplaceLineEndings("; ");
    }

    /// <returns>Why not.</returns>
    private static string Become(string[] command)
    {
        return Execute(command[0], [.. command, null]) == 0 ? "" : $"{command[0]} cannot be run: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}";
    }

    [DllImport("libc", EntryPoint = "execv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Execute([MarshalAs(UnmanagedType.LPUTF8Str)] string file, [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] arguments);
}
